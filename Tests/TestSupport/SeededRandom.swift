/// Numbers that look random and are the same for the same seed (SplitMix64), on each machine and in each process.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Creates the sequence of `seed`.
    package init(_ seed: UInt64) {
        state = seed
    }

    /// The next number.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// A number of `range`.
    package mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &self) }

    /// True as often as `percent` of 100 times.
    package mutating func chance(_ percent: Int) -> Bool { number(0...99) < percent }
}
