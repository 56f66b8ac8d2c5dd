internal import Glibc

/// Random numbers that depend only on the seed, on every machine, by the algorithm "SplitMix64".
struct Generator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        return bits ^ bits >> 31
    }

    /// Returns true with this probability.
    mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }

    /// The nanoseconds until the next event, for events that happen independently of each other.
    mutating func wait(meanSeconds: Double) -> UInt64 {
        Self.nanoseconds(-log(Double.random(in: Double.leastNonzeroMagnitude..<1, using: &self)) * meanSeconds)
    }

    /// A random duration in nanoseconds.
    ///
    /// Half of them exceed the median, and few exceed ten times the median.
    mutating func duration(medianSeconds: Double) -> UInt64 {
        // The sum of several uniform distributions is almost a normal one.
        let normal = (0..<6).reduce(0.0) { sum, _ in sum + Double.random(in: -1...1, using: &self) } / 1.41
        return Self.nanoseconds(medianSeconds * exp(normal * 0.9))
    }

    private static func nanoseconds(_ seconds: Double) -> UInt64 {
        UInt64(min(max(seconds, 0), 1e9) * 1e9)
    }
}
