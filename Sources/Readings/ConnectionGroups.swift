/// What connections can be grouped by.
package enum ConnectionGrouping: UInt32, CaseIterable, Sendable {
    /// The port of a service on this host, for listeners and accepted connections.
    case localPort = 0
    /// The port of the service that a client connects to.
    case peerPort = 1
    /// The cgroup that a socket was made in.
    case container = 2
    /// The network namespace.
    case namespace = 3
}

/// How many connections there are in each group, and how full the queues of each listener are.
package struct ConnectionGroups: Equatable, Sendable {
    /// The property that the connections of a group share.
    package enum Group: Hashable, Sendable {
        /// A port, the ID of a cgroup, or the number of a namespace.
        case value(UInt64)
        /// They have no such port, or their cgroup is unknown.
        case none
        /// The overflow group, for sockets that found no room.
        case others
    }

    /// All connections.
    package var all: ConnectionCounts
    /// The connections of each group, for each requested grouping; each grouping adds up to ``all``.
    package var groups: [ConnectionGrouping: [Group: ConnectionCounts]]
    /// The listeners, if they were requested.
    package var listeners: [ListenerState]

    /// Creates groups.
    package init(
        all: ConnectionCounts = ConnectionCounts(),
        groups: [ConnectionGrouping: [Group: ConnectionCounts]] = [:],
        listeners: [ListenerState] = []
    ) {
        (self.all, self.groups, self.listeners) = (all, groups, listeners)
    }

    /// The connections of each group of a grouping; empty unless it was requested.
    package subscript(grouping: ConnectionGrouping) -> [Group: ConnectionCounts] {
        groups[grouping] ?? [:]
    }
}

/// The listeners of one address, port, interface and container, and the sums of their queues.
package struct ListenerState: Hashable, Sendable {
    /// A queue of incoming connections.
    package struct Queue: Hashable, Sendable {
        /// How many connections wait in it.
        package var usage: UInt64
        /// How many may wait in it.
        package var limit: UInt64
        /// How many of the listeners have a full queue.
        package var full: UInt64

        /// Creates a queue.
        package init(usage: UInt64, limit: UInt64, full: UInt64) {
            (self.usage, self.limit, self.full) = (usage, limit, full)
        }

        /// The used fraction of the limit.
        ///
        /// A queue whose limit is 0 counts as empty only if nothing waits.
        package var fullness: Double {
            limit > 0 ? Double(usage) / Double(limit) : usage > 0 ? .infinity : 0
        }
    }

    /// The address with the port; `nil` for the overflow row.
    package var place: Place?
    /// The network protocol.
    ///
    /// A listener on `::` may accept connections over both.
    package var type: NetworkType
    /// The ID of the cgroup; 0 if unknown.
    package var cgroup: UInt64
    /// The inode number of the network namespace; 0 if only one was counted.
    package var namespace: UInt32
    /// The number of listeners; with `SO_REUSEPORT` it may be more than one.
    package var count: UInt64
    /// Connections that wait for `accept()`.
    ///
    /// The kernel lets one more in than the limit, so a full queue exceeds it.
    package var accept: Queue
    /// Connections whose handshake is not finished.
    ///
    /// Beyond the limit, SYNs are answered with cookies, or dropped.
    package var syn: Queue

    /// Where a listener listens.
    package struct Place: Hashable, Sendable {
        /// The address; all zeros for any address.
        package var address: IPAddress
        /// The port.
        package var port: UInt16
        /// The index of the interface that it is bound to, as with each link-local address; 0 for none.
        package var interface: UInt32

        /// Creates a place.
        package init(address: IPAddress, port: UInt16, interface: UInt32 = 0) {
            (self.address, self.port, self.interface) = (address, port, interface)
        }
    }

    /// Creates a row of listeners.
    package init(
        place: Place?,
        type: NetworkType,
        cgroup: UInt64 = 0,
        namespace: UInt32 = 0,
        count: UInt64 = 1,
        accept: Queue,
        syn: Queue
    ) {
        (self.place, self.type, self.cgroup, self.count) = (place, type, cgroup, count)
        self.namespace = namespace
        (self.accept, self.syn) = (accept, syn)
    }
}
