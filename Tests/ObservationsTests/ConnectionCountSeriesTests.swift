import Metrics
import Readings
import Testing

@testable import Observations

@Suite struct ConnectionCountSeriesTests {
    private let time = Timestamp(unixNanoseconds: 2)

    private func points(_ series: inout ConnectionCountSeries, _ ports: some Sequence<UInt16>) -> [NumberDataPoint] {
        let rows = ports.map { ConnectionRow(.timeWait, .ipv4, peerPort: $0, count: UInt64($0)) }
        return series.points(of: rows, start: time, time: time)
    }

    @Test func `rows have one order, whatever order the kernel has`() {
        var series = ConnectionCountSeries(limit: 100)
        let first = points(&series, [9, 3, 7, 5]).map(\.attributes)
        #expect(first.dropFirst(20).map { $0["network.peer.port"] } == [3, 5, 7, 9])
        #expect(first.prefix(20).allSatisfy { $0["network.peer.port"] == nil })
        for order in [[3, 5, 7, 9], [7, 9, 5, 3], [5, 9, 3, 7]] as [[UInt16]] {
            #expect(points(&series, order).map(\.attributes) == first)
        }
        #expect(points(&series, [4, 9, 3]).dropFirst(20).map(\.value) == [.int(3), .int(4), .int(9)])
    }

    @Test func `a row that ends frees its place for others`() {
        var series = ConnectionCountSeries(limit: 120)
        for first in stride(from: UInt16(1), to: 60_000, by: 100) {
            let points = points(&series, first..<(first + 100))
            #expect(points.count == 120)
            #expect(points.last?.attributes != .overflow)
        }
        let beyond = points(&series, 1..<102)
        #expect(beyond.count == 121 && beyond.last?.attributes == .overflow)
        // Each connection is in exactly one series.
        var sum: Int64 = 0
        for point in beyond {
            if case .int(let value) = point.value { sum += value }
        }
        #expect(sum == (1...101).reduce(0, +))
    }
}
