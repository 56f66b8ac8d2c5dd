import Probes
internal import Readings

/// The groupings of connections on the screen.
package enum TopGrouping: String, CaseIterable, Sendable {
    /// By their state.
    case state
    /// By the port of the service, on this host or on the peer.
    case port
    /// By the container of their socket.
    case container

    /// The property that the connections of a row share.
    enum Group: Hashable {
        /// Their state.
        case state(ConnectionState)
        /// The port of a service on this host.
        case localPort(UInt64)
        /// The port of a service on the peer.
        case peerPort(UInt64)
        /// The ID of the cgroup that their sockets were made in.
        case container(UInt64)
        /// Their cgroup is unknown, as in TIME_WAIT.
        case unknown
        /// The overflow group, for connections that found no room.
        case others
    }

    /// The groupings that are counted in the kernel.
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
            // A connection has only one of the two ports. In the other table it is among those without a port.
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
    /// Whether it is a real group.
    ///
    /// The others come last, whatever their size.
    var isNamed: Bool { self != .unknown && self != .others }

    /// The order of groups of the same size.
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
