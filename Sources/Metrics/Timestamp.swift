/// A moment of the wall clock in nanoseconds since 1970-01-01T00:00:00Z, like the `*_time_unix_nano` fields of OTLP.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
    /// Nanoseconds since the Unix epoch; zero means unknown, as in OTLP.
    package var unixNanoseconds: UInt64

    /// Creates a moment.
    package init(unixNanoseconds: UInt64) {
        self.unixNanoseconds = unixNanoseconds
    }

    /// An unknown moment: the value of OTLP fields that are not set.
    package static let unknown = Timestamp(unixNanoseconds: 0)

    /// The moment one nanosecond later.
    package var next: Timestamp { Timestamp(unixNanoseconds: unixNanoseconds &+ 1) }

    /// This moment plus `nanoseconds`, limited to the range that can be represented.
    ///
    /// An unknown moment stays unknown.
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
