import ArgumentParser
import Probes

/// The options of `trace` that choose among changes of state; the kernel applies them.
struct TraceFilterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Changes from or to this state, as fin_wait_1 or FIN_WAIT1; may be repeated.",
            valueName: "state"
        ),
        transform: { text in
            guard let state = ConnectionState(name: text) else {
                let names = ConnectionState.allCases.map(\.attributeValue).joined(separator: ", ")
                throw ValidationError("'\(text)' is no state; the states are \(names)")
            }
            return state
        }
    )
    var state: [ConnectionState] = []

    @Option(help: "This port on either side.")
    var port: UInt16?

    @Option(help: "This port on this side.")
    var localPort: UInt16?

    @Option(help: "This port on the other side.")
    var peerPort: UInt16?

    @Option(
        help: ArgumentHelp("Peers of this block of addresses, as 10.0.0.0/8 or 2001:db8::/32.", valueName: "cidr"),
        transform: { text in
            guard let block = AddressBlock(text) else {
                throw ValidationError("'\(text)' is no block of addresses, as 10.0.0.0/8 or 2001:db8::1")
            }
            return block
        }
    )
    var peer: AddressBlock?

    @Option(
        help: ArgumentHelp("ipv4, v4-mapped addresses too, or ipv6.", valueName: "type"),
        transform: { text in
            guard let type = NetworkType.allCases.first(where: { $0.attributeValue == text }) else {
                throw ValidationError("'\(text)' is neither ipv4 nor ipv6")
            }
            return type
        }
    )
    var type: NetworkType?

    @Option(
        help: ArgumentHelp("client, which connected, or server, which came from a listener.", valueName: "role"),
        transform: { text in
            guard let role = HandshakeRole.allCases.first(where: { $0.attributeValue == text }) else {
                throw ValidationError("'\(text)' is neither client nor server")
            }
            return role
        }
    )
    var role: HandshakeRole?

    @Flag(help: "Only failures: attempts that were refused or not answered, connections that were reset or timed out.")
    var failed = false

    @Option(
        help: ArgumentHelp(
            "Only states that were held for longer than this, as 500us, 20ms or 3s.",
            valueName: "duration"
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

    /// The filter that they make.
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
