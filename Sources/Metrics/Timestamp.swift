/// A moment of the wall clock, in nanoseconds since 1970-01-01T00:00:00Z, as OTLP's `*_time_unix_nano` fields have it.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since the Unix epoch; zero means unknown, as in OTLP.
    public var unixNanoseconds: UInt64

    /// Creates a moment.
    public init(unixNanoseconds: UInt64) {
        self.unixNanoseconds = unixNanoseconds
    }

    /// An unknown moment; what OTLP has in fields that carry none.
    public static let unknown = Timestamp(unixNanoseconds: 0)

    /// The nanosecond after this.
    public var next: Timestamp { Timestamp(unixNanoseconds: unixNanoseconds &+ 1) }

    /// Whether `left` is earlier than `right`.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.unixNanoseconds < right.unixNanoseconds
    }
}
