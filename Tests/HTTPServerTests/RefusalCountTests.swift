import Testing

@testable import HTTPServer

@Suite struct RefusalCountTests {
    @Test func `the first is told, and then all of a minute together`() {
        var count = RefusalCount()
        let start = ContinuousClock.now
        let told = [0, 1, 59, 60, 61, 119, 120, 500].map { count.note(at: start + .seconds($0)) }
        #expect(told == [1, nil, nil, 4, nil, nil, 7, 8])
    }
}
