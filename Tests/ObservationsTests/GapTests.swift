import Readings
import Testing

@Suite struct GapTests {
    /// A gap that a recursion explains is not counted twice, recursions of other namespaces are not counted, and a
    /// counter never decreases.
    @Test(
        arguments: [
            ([(0, 0)], 0, 0), ([(3, 0)], 0, 3), ([(3, 2)], 2, 1), ([(2, 5)], 2, 0), ([(0, 1000)], 0, 0),
            ([(1, 0), (1, 1000)], 0, 1), ([(3, 3), (5, 4)], 4, 1), ([(4, 9), (4, 9)], 4, 0),
        ] as [([(UInt64, UInt64)], UInt64, UInt64)]
    )
    func `gaps are counted once, by their reason`(
        readings: [(gaps: UInt64, recursions: UInt64)],
        recursion: UInt64,
        unseen: UInt64
    ) {
        var gaps = Gaps()
        for reading in readings { gaps.note(reading.gaps, recursions: reading.recursions) }
        #expect((gaps.recursion, gaps.unseen) == (recursion, unseen))
    }
}
