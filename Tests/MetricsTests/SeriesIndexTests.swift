import Metrics
import Testing

@Suite struct SeriesIndexTests {
    private struct Port: SeriesKey {
        var number: Int64

        var attributes: Attributes { ["port": .int(number)] }
    }

    private func attributes(_ index: inout SeriesIndex<Port>, _ ports: [Int64?]) -> [Attributes] {
        index.attributes(of: ports.map { $0.map(Port.init) })
    }

    @Test func `a series keeps its attributes as long as each collection has it`() {
        var index = SeriesIndex<Port>()
        let first = attributes(&index, [1, 2])
        #expect(first == [["port": 1], ["port": 2]])
        let second = attributes(&index, [2, 3, 1])
        #expect(second == [["port": 2], ["port": 3], ["port": 1]])
        #expect(second[0].isCopy(of: first[1]) && second[2].isCopy(of: first[0]))
    }

    @Test func `a series that is gone is forgotten`() {
        var index = SeriesIndex<Port>()
        let first = attributes(&index, [1, 2])
        for port in 3...1000 as ClosedRange<Int64> { _ = attributes(&index, [2, port]) }
        #expect(index.count == 2)
        let last = attributes(&index, [1, 2])
        #expect(last == first)
        #expect(!last[0].isCopy(of: first[0]) && last[1].isCopy(of: first[1]))
    }

    @Test func `the overflow series has its attributes and no entry`() {
        var index = SeriesIndex<Port>()
        #expect(attributes(&index, [1, nil]) == [["port": 1], .overflow])
        #expect(index.count == 1)
    }

    @Test func `a key that occurs twice does not keep another one`() {
        var index = SeriesIndex<Port>()
        _ = attributes(&index, [1, 2])
        #expect(attributes(&index, [1, 1]) == [["port": 1], ["port": 1]])
        #expect(index.count == 1)
    }
}
