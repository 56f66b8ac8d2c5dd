/// A request that waits in the queue.
struct QueuedRequest: Hashable, Sendable {
    /// Where its bytes are meanwhile.
    enum Place: Hashable, Sendable {
        /// In memory; lost when the process ends.
        case memory(EncodedRequest)
        /// In the segment of the spool with this number.
        case spool(UInt64)
    }

    /// The data points in it.
    var pointCount: Int
    /// How much of the bound of its place it takes, in bytes.
    var size: Int
    /// Where its bytes are.
    var place: Place

    /// Which of the two bounds it counts against.
    var isSpooled: Bool {
        if case .spool = place { true } else { false }
    }
}

extension Sequence<QueuedRequest> {
    /// The points of all of them.
    var pointCount: Int { reduce(0) { $0 + $1.pointCount } }
}
