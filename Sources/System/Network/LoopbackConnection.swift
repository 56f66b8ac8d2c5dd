internal import Glibc

/// A connection of this process to itself, so that BPF programs see it.
package struct LoopbackConnection: ~Copyable {
    /// The port of the listener.
    package let port: UInt16

    private let listener: LoopbackSocket
    private let client: LoopbackSocket
    private let server: LoopbackSocket

    /// Listens on any free port of the loopback address `address`, `127.0.0.1` or `::1`, connects there and accepts.
    ///
    /// Blocks the thread for a few seconds at most.
    ///
    /// - Throws: ``SystemError`` if the machine has no such address, or it can't be reached.
    package init(to address: String) throws(SystemError) {
        let family = address.contains(":") ? AF_INET6 : AF_INET
        let listener = try LoopbackSocket(family: family)
        try listener.bind(to: address, port: 0)
        guard listen(listener.descriptor, 1) == 0 else {
            throw SystemError(operation: "listen on \(address)", code: errno)
        }
        let port = try listener.port()
        let client = try LoopbackSocket(family: family)
        try client.connect(to: address, port: port)
        let accepted = accept(listener.descriptor, nil, nil)
        guard accepted >= 0 else { throw SystemError(operation: "accept on \(address)", code: errno) }
        self.port = port
        server = LoopbackSocket(accepted: accepted)
        self.listener = listener
        self.client = client
    }
}
