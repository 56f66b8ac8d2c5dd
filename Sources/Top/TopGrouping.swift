import Probes
internal import Readings

/// What the connections on the screen are grouped by.
package enum TopGrouping: String, CaseIterable, Sendable {
    /// By their state.
    case state
    /// By the port of the service that they belong to, here or elsewhere.
    case port
    /// By the container of their socket.
    case container

    /// What the connections of a row have in common.
    enum Group: Hashable {
        /// Their state.
        case state(ConnectionState)
        /// The port of a service here, which they come to.
        case localPort(UInt64)
        /// The port of a service elsewhere, which they go to.
        case peerPort(UInt64)
        /// The number of the control group that their sockets were made in.
        case container(UInt64)
        /// Their control group is not to be known, as in TIME_WAIT.
        case unknown
        /// There was no room for groups of their own.
        case others
    }

    /// What has to be counted in the kernel.
    static let counted: Set<ConnectionGrouping> = [.localPort, .peerPort, .container]

    /// The connections of each group.
    func groups(of stocks: ConnectionGroups) -> [Group: ConnectionCounts] {
        switch self {
        case .state:
            var states: [Group: ConnectionCounts] = [:]
            for state in ConnectionState.counted where stocks.all[state] > 0 {
                for type in NetworkType.allCases {
                    states[.state(state), default: ConnectionCounts()].add(
                        stocks.all[state, type],
                        to: .init(state, type)
                    )
                }
            }
            return states
        case .port:
            // A connection has one of both, and is among those without the other.
            let local = Self.named(stocks[.localPort], Group.localPort, unknown: nil)
            let peer = Self.named(stocks[.peerPort], Group.peerPort, unknown: nil)
            return local.merging(peer) { one, other in
                var both = one
                both.add(other)
                return both
            }
        case .container:
            return Self.named(stocks[.container], Group.container, unknown: .unknown)
        }
    }

    private static func named(
        _ groups: [ConnectionGroups.Group: ConnectionCounts],
        _ group: (UInt64) -> Group,
        unknown: Group?
    ) -> [Group: ConnectionCounts] {
        var named: [Group: ConnectionCounts] = [:]
        for (key, counts) in groups {
            switch key {
            case .value(let value): named[group(value)] = counts
            case .none: if let unknown { named[unknown] = counts }
            case .others: named[.others] = counts
            }
        }
        return named
    }
}

extension TopGrouping.Group {
    /// Whether its connections have something in common; the rest comes last, however many it has.
    var isNamed: Bool { self != .unknown && self != .others }

    /// What tells the order of groups that have as many connections.
    var order: (UInt8, UInt64) {
        switch self {
        case .state(let state): (0, UInt64(state.rawValue))
        case .localPort(let port): (1, port)
        case .peerPort(let port): (2, port)
        case .container(let cgroup): (3, cgroup)
        case .unknown: (4, 0)
        case .others: (5, 0)
        }
    }
}
