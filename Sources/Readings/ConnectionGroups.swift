/// What connections can be grouped by.
package enum ConnectionGrouping: UInt32, CaseIterable, Sendable {
    /// The port of the service here, of listeners and accepted connections.
    case localPort = 0
    /// The port of the service that a client connects to.
    case peerPort = 1
    /// The control group that a socket was made in.
    case container = 2
}

/// How many connections there are in each group, and how full the queues of each listener are.
package struct ConnectionGroups: Equatable, Sendable {
    /// What the connections of a group have in common.
    package enum Group: Hashable, Sendable {
        /// A port, or the number of a control group.
        case value(UInt64)
        /// They have no such port, or their control group is not to be known.
        case none
        /// There was no room for groups of their own.
        case others
    }

    /// All connections.
    package var all: ConnectionCounts
    /// The connections of each group, for each grouping that was asked for; what they count adds up to ``all``.
    package var groups: [ConnectionGrouping: [Group: ConnectionCounts]]
    /// The listeners, if they were asked for.
    package var listeners: [ListenerState]

    /// Creates groups.
    package init(
        all: ConnectionCounts = ConnectionCounts(),
        groups: [ConnectionGrouping: [Group: ConnectionCounts]] = [:],
        listeners: [ListenerState] = []
    ) {
        (self.all, self.groups, self.listeners) = (all, groups, listeners)
    }

    /// The connections of each group of a grouping; none unless it was asked for.
    package subscript(grouping: ConnectionGrouping) -> [Group: ConnectionCounts] {
        groups[grouping] ?? [:]
    }
}

/// The listeners of one address, port, interface and container, and their queues, added up.
package struct ListenerState: Hashable, Sendable {
    /// A queue of connections that come in.
    package struct Queue: Hashable, Sendable {
        /// How many wait in it.
        package var usage: UInt64
        /// How many may.
        package var limit: UInt64
        /// How many of the listeners take no more.
        package var full: UInt64

        /// Creates a queue.
        package init(usage: UInt64, limit: UInt64, full: UInt64) {
            (self.usage, self.limit, self.full) = (usage, limit, full)
        }

        /// Which part of the limit is used; a queue without room for anything is empty only when nothing waits.
        package var fullness: Double {
            limit > 0 ? Double(usage) / Double(limit) : usage > 0 ? .infinity : 0
        }
    }

    /// The address with the port; `nil` for those for which there was no room.
    package var place: Place?
    /// The protocol; one on `::` may take connections over both.
    package var type: NetworkType
    /// The number of the control group; 0 when it is not to be known.
    package var cgroup: UInt64
    /// How many listeners they are: more than one with `SO_REUSEPORT`.
    package var count: UInt64
    /// Connections that wait for `accept()`; one more than the limit is let in, so a full queue shows more than that.
    package var accept: Queue
    /// Connections whose handshake is not finished; beyond the limit SYNs are answered with cookies, or dropped.
    package var syn: Queue

    /// Where a listener listens.
    package struct Place: Hashable, Sendable {
        /// The address; that of all zeros stands for every one.
        package var address: IPAddress
        /// The port.
        package var port: UInt16
        /// The number of the interface that it is bound to, as with each link-local address; 0 for none.
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
        count: UInt64 = 1,
        accept: Queue,
        syn: Queue
    ) {
        (self.place, self.type, self.cgroup, self.count) = (place, type, cgroup, count)
        (self.accept, self.syn) = (accept, syn)
    }
}
