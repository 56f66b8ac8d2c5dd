/// A request in the queue.
struct QueuedRequest: Hashable, Sendable {
    /// Where the body of a request is.
    enum Place: Hashable, Sendable {
        /// In memory; lost when the process ends.
        case memory(EncodedRequest)
        /// In the segment of the spool with this number.
        case spool(UInt64)
    }

    /// The number of data points in it.
    var pointCount: Int
    /// The number of bytes that count against the limit of its place.
    var size: Int
    /// Where its body is.
    var place: Place

    /// Whether it counts against the limit of the spool, not of the memory.
    var isSpooled: Bool {
        if case .spool = place { true } else { false }
    }
}

extension Sequence<QueuedRequest> {
    /// The number of data points in all requests.
    var pointCount: Int { reduce(0) { $0 + $1.pointCount } }
}
