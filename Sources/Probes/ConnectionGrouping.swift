/// What connections can be grouped by.
public enum ConnectionGrouping: UInt32, CaseIterable, Sendable {
    /// The port of the service here, of listeners and accepted connections.
    case localPort = 0
    /// The port of the service that a client connects to.
    case peerPort = 1
    /// The control group that a socket was made in.
    case container = 2
}

/// How many connections there are in each group, and how full the queues of each listener are.
public struct ConnectionGroups: Equatable, Sendable {
    /// What the connections of a group have in common.
    public enum Group: Hashable, Sendable {
        /// A port, or the number of a control group.
        case value(UInt64)
        /// They have no such port, or their control group is not to be known.
        case none
        /// There was no room for groups of their own.
        case others
    }

    /// All connections.
    public var all: ConnectionCounts
    /// The connections of each group, for each grouping that was asked for; what they count adds up to ``all``.
    public var groups: [ConnectionGrouping: [Group: ConnectionCounts]]
    /// The listeners, if they were asked for.
    public var listeners: [ListenerState]

    /// Creates groups.
    public init(
        all: ConnectionCounts = ConnectionCounts(),
        groups: [ConnectionGrouping: [Group: ConnectionCounts]] = [:],
        listeners: [ListenerState] = []
    ) {
        (self.all, self.groups, self.listeners) = (all, groups, listeners)
    }

    /// The connections of each group of a grouping; none unless it was asked for.
    public subscript(grouping: ConnectionGrouping) -> [Group: ConnectionCounts] {
        groups[grouping] ?? [:]
    }
}

/// The listeners of one address, port, interface and container, and their queues, added up.
public struct ListenerState: Hashable, Sendable {
    /// A queue of connections that come in.
    public struct Queue: Hashable, Sendable {
        /// How many wait in it.
        public var usage: UInt64
        /// How many may.
        public var limit: UInt64
        /// How many of the listeners take no more.
        public var full: UInt64

        /// Creates a queue.
        public init(usage: UInt64, limit: UInt64, full: UInt64) {
            (self.usage, self.limit, self.full) = (usage, limit, full)
        }

        /// Which part of the limit is used; a queue without room for anything is empty only when nothing waits.
        public var fullness: Double {
            limit > 0 ? Double(usage) / Double(limit) : usage > 0 ? .infinity : 0
        }
    }

    /// The address with the port; `nil` for those for which there was no room.
    public var place: Place?
    /// The protocol; one on `::` may take connections over both.
    public var type: NetworkType
    /// The number of the control group; 0 when it is not to be known.
    public var cgroup: UInt64
    /// How many listeners they are: more than one with `SO_REUSEPORT`.
    public var count: UInt64
    /// Connections that wait for `accept()`; one more than the limit is let in, so a full queue shows more than that.
    public var accept: Queue
    /// Connections whose handshake is not finished; beyond the limit SYNs are answered with cookies, or dropped.
    public var syn: Queue

    /// Where a listener listens.
    public struct Place: Hashable, Sendable {
        /// The address; that of all zeros stands for every one.
        public var address: IPAddress
        /// The port.
        public var port: UInt16
        /// The number of the interface that it is bound to, as with each link-local address; 0 for none.
        public var interface: UInt32

        /// Creates a place.
        public init(address: IPAddress, port: UInt16, interface: UInt32 = 0) {
            (self.address, self.port, self.interface) = (address, port, interface)
        }
    }

    /// Creates a row of listeners.
    public init(
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
