internal import Glibc
internal import NIOCore

/// Why a server cannot listen.
package struct HTTPServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address: `host:port`.
    package var address: String
    /// Why it can't listen there, and what to do.
    package var reason: String

    /// Whether another socket uses the address.
    let isInUse: Bool

    /// One line for people.
    package var description: String { "cannot listen on \(address): \(reason)" }

    init(host: String, port: Int, error: any Error) {
        address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let code = (error as? IOError)?.errnoCode
        isInUse = code == EADDRINUSE
        reason =
            switch code {
            case EADDRINUSE: "another process listens there (a Collector?); stop it or choose another port"
            case EADDRNOTAVAIL: "not an address of this machine; 127.0.0.1 and ::1 are, and 0.0.0.0 and :: mean all"
            case EACCES, EPERM: "ports below 1024 need the capability CAP_NET_BIND_SERVICE; choose another port"
            case EAFNOSUPPORT: "this machine has no such addresses; is IPv6 disabled?"
            default:
                error is SocketAddressError || error is SocketAddressError.UnknownHost
                    ? "the name is not known here" : "\(error)"
            }
    }
}
