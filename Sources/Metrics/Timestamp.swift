/// A moment of the wall clock, in nanoseconds since 1970-01-01T00:00:00Z, as OTLP's `*_time_unix_nano` fields have it.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since the Unix epoch; zero means unknown, as in OTLP.
    package var unixNanoseconds: UInt64

    /// Creates a moment.
    package init(unixNanoseconds: UInt64) {
        self.unixNanoseconds = unixNanoseconds
    }

    /// An unknown moment; what OTLP has in fields that carry none.
    package static let unknown = Timestamp(unixNanoseconds: 0)

    /// The nanosecond after this.
    package var next: Timestamp { Timestamp(unixNanoseconds: unixNanoseconds &+ 1) }

    /// This moment and `nanoseconds`; what is unknown stays so, and nothing is earlier or later than can be told.
    package func advanced(by nanoseconds: Int64) -> Timestamp {
        guard self != .unknown else { return self }
        let (sum, overflow) =
            nanoseconds < 0
            ? unixNanoseconds.subtractingReportingOverflow(nanoseconds.magnitude)
            : unixNanoseconds.addingReportingOverflow(nanoseconds.magnitude)
        guard overflow || sum == 0 else { return Timestamp(unixNanoseconds: sum) }
        return nanoseconds < 0 ? Timestamp.unknown.next : Timestamp(unixNanoseconds: .max)
    }

    /// Whether `left` is earlier than `right`.
    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.unixNanoseconds < right.unixNanoseconds
    }
}
