import ArgumentParser
import Probes
internal import Readings

/// The options of `trace` that choose among changes of state; the kernel applies them.
struct TraceFilterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Show changes from or to this state, such as fin_wait_1 or FIN_WAIT1. May be repeated.",
            valueName: "state"
        ),
        completion: .list(ConnectionState.allCases.map(\.attributeValue)),
        transform: { text in
            guard let state = ConnectionState(name: text) else {
                let names = ConnectionState.allCases.map(\.attributeValue).joined(separator: ", ")
                throw ValidationError("'\(text)' is no state; the states are \(names)")
            }
            return state
        }
    )
    var state: [ConnectionState] = []

    @Option(help: ArgumentHelp("Show connections with this port on either side.", valueName: "n"))
    var port: UInt16?

    @Option(help: ArgumentHelp("Show connections with this port on this side.", valueName: "n"))
    var localPort: UInt16?

    @Option(help: ArgumentHelp("Show connections with this port on the other side.", valueName: "n"))
    var peerPort: UInt16?

    @Option(
        help: ArgumentHelp(
            "Show connections with these peers: a block such as 10.0.0.0/8 or 2001:db8::/32, or an address.",
            valueName: "cidr"
        ),
        transform: { text in
            guard let block = AddressBlock(text) else {
                throw ValidationError("'\(text)' is no block of addresses, as 10.0.0.0/8 or 2001:db8::1")
            }
            return block
        }
    )
    var peer: AddressBlock?

    @Option(
        help: ArgumentHelp(
            "Show connections over ipv4 (v4-mapped addresses, too) or ipv6.",
            valueName: "type"
        ),
        completion: .list(NetworkType.allCases.map(\.attributeValue)),
        transform: { text in
            guard let type = NetworkType.allCases.first(where: { $0.attributeValue == text }) else {
                throw ValidationError("'\(text)' is neither ipv4 nor ipv6")
            }
            return type
        }
    )
    var type: NetworkType?

    @Option(
        help: ArgumentHelp(
            "Show connections whose side here is client (it connected) or server (it accepted).",
            valueName: "role"
        ),
        completion: .list(HandshakeRole.allCases.map(\.attributeValue)),
        transform: { text in
            guard let role = HandshakeRole.allCases.first(where: { $0.attributeValue == text }) else {
                throw ValidationError("'\(text)' is neither client nor server")
            }
            return role
        }
    )
    var role: HandshakeRole?

    @Flag(help: "Show connections that end by refusal, reset, timeout or unreachability.")
    var failed = false

    @Option(
        help: ArgumentHelp(
            "Show changes out of a state that lasted longer than this, such as 500us, 20ms or 3s.",
            valueName: "time"
        )
    )
    var slowerThan: DurationArgument?

    func validate() throws {
        for (name, port) in [("--port", port), ("--local-port", localPort), ("--peer-port", peerPort)] where port == 0 {
            throw ValidationError("\(name) must be from 1 to 65535")
        }
        if let peer, let type, peer.address.type != type {
            throw ValidationError("--peer is \(peer.address.type.attributeValue), and --type \(type.attributeValue)")
        }
        guard slowerThan.map({ $0.duration > .zero }) ?? true else {
            throw ValidationError("--slower-than must be more than 0")
        }
    }

    /// The filter that the options describe.
    var filter: TraceFilter {
        var filter = TraceFilter()
        filter.states = Set(state)
        (filter.port, filter.localPort, filter.peerPort) = (port, localPort, peerPort)
        (filter.peer, filter.type, filter.role) = (peer, type, role)
        filter.failed = failed
        filter.slowerThan = slowerThan?.duration
        return filter
    }
}
