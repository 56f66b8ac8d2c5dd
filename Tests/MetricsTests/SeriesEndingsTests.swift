import Testing

@testable import Metrics

@Suite struct SeriesEndingsTests {
    /// A kind of metric whose series can end.
    enum Kind: CaseIterable {
        case gauge
        case stock
        case counter
        case histogram
        case exponentialHistogram

        var isStock: Bool { self == .gauge || self == .stock }
    }

    private let start = Timestamp(unixNanoseconds: 100)

    private func at(_ time: UInt64) -> Timestamp { Timestamp(unixNanoseconds: time) }

    /// One point for each name in `series`.
    private func data(_ kind: Kind, _ series: [String], at time: UInt64) -> Metric.Data {
        let attributes = series.map { Attributes([Attribute("series", .string($0))]) }
        let numbers = attributes.map { NumberDataPoint(attributes: $0, start: start, time: at(time), value: .int(7)) }
        switch kind {
        case .gauge: return .gauge(numbers)
        case .stock: return .sum(numbers, .cumulative, isMonotonic: false)
        case .counter: return .sum(numbers, .cumulative, isMonotonic: true)
        case .histogram:
            let points = attributes.map {
                HistogramDataPoint(
                    attributes: $0,
                    start: start,
                    time: at(time),
                    count: 3,
                    sum: 1,
                    bucketCounts: [1, 2],
                    explicitBounds: [0.5]
                )
            }
            return .histogram(points, .cumulative)
        case .exponentialHistogram:
            let points = attributes.map {
                Distribution([9: 3]).exponentialPoint(attributes: $0, start: start, time: at(time))
            }
            return .exponentialHistogram(points, .cumulative)
        }
    }

    private func metrics(_ data: Metric.Data?, host: String = "h") -> [ResourceMetrics] {
        let metrics = data.map { [Metric(name: "m", description: "d", unit: "u", data: $0)] } ?? []
        let scope = ScopeMetrics(scope: Scope(name: "s", version: "1", schemaURL: ""), metrics: metrics)
        let resource = Resource(attributes: ["host.name": .string(host)], schemaURL: "")
        return [ResourceMetrics(resource: resource, scopes: [scope])]
    }

    /// The parts of a point that matter: its series, whether it is the last one, and its times.
    struct Told: Equatable, CustomStringConvertible {
        var series: String
        var isEnd = false
        var start: UInt64 = 100
        var time: UInt64

        var description: String { "\(series)\(isEnd ? " ends" : "") \(start)-\(time)" }
    }

    private func told(_ metrics: [ResourceMetrics]) -> [Told] {
        metrics.flatMap(\.scopes).flatMap(\.metrics).flatMap { metric in
            func told(_ points: [some DataPoint]) -> [Told] {
                points.map { point in
                    Told(
                        series: point.attributes["series"]?.description ?? "",
                        isEnd: point.isEnd,
                        start: point.start.unixNanoseconds,
                        time: point.time.unixNanoseconds
                    )
                }
            }
            return switch metric.data {
            case .gauge(let points), .sum(let points, _, _): told(points)
            case .histogram(let points, _): told(points)
            case .exponentialHistogram(let points, _): told(points)
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func `a series that is gone ends once, and comes back as it is (conformance 106)`(kind: Kind) {
        var endings = SeriesEndings()
        func follow(_ series: [String], at time: UInt64) -> [Told] {
            told(endings.follow(metrics(data(kind, series, at: time)), at: at(time), isComplete: true))
        }
        #expect(follow(["a", "b"], at: 200) == [Told(series: "a", time: 200), Told(series: "b", time: 200)])
        #expect(follow(["b"], at: 300) == [Told(series: "b", time: 300), Told(series: "a", isEnd: true, time: 300)])
        #expect(follow(["b"], at: 400) == [Told(series: "b", time: 400)])
        // A stock starts again, but not before its end; counters have their own starts.
        let again: UInt64 = kind == .stock ? 400 : 100
        #expect(follow(["a", "b"], at: 500).first == Told(series: "a", start: again, time: 500))
        #expect(follow(["b", "a"], at: 600).last == Told(series: "a", start: again, time: 600))
        #expect(follow([], at: 700).map(\.isEnd) == [true, true])
        #expect(follow([], at: 800) == [])
    }

    @Test(arguments: Kind.allCases) func `the last point keeps its buckets and has no value`(kind: Kind) {
        var endings = SeriesEndings()
        _ = endings.follow(metrics(data(kind, ["a"], at: 200)), at: at(200), isComplete: true)
        let last = endings.follow(metrics(data(kind, [], at: 300)), at: at(300), isComplete: true)
        switch last[0].scopes[0].metrics[0].data {
        case .gauge(let points), .sum(let points, _, _): #expect(points.map(\.flags) == [.noRecordedValue])
        case .histogram(let points, _): #expect(points.map(\.explicitBounds) == [[0.5]])
        case .exponentialHistogram(let points, _): #expect(points.map(\.positive.counts) == [[3]])
        }
        #expect(last[0].scopes[0].metrics[0].unit == "u")
    }

    @Test(arguments: Kind.allCases) func `a metric that is absent has ended, unless it may have failed`(kind: Kind) {
        var endings = SeriesEndings()
        _ = endings.follow(metrics(data(kind, ["a"], at: 200)), at: at(200), isComplete: true)
        #expect(told(endings.follow(metrics(nil), at: at(300), isComplete: false)) == [])
        let ends = [Told(series: "a", isEnd: true, time: 400)]
        #expect(told(endings.follow(metrics(nil), at: at(400), isComplete: true)) == ends)
        #expect(told(endings.follow(metrics(nil), at: at(500), isComplete: true)) == [])
    }

    @Test(arguments: Kind.allCases) func `with the process the stocks end, behind their values`(kind: Kind) {
        var endings = SeriesEndings()
        _ = endings.follow(metrics(data(kind, ["a", "b"], at: 200)), at: at(200), isComplete: true)
        let last = endings.follow(metrics(data(kind, ["b"], at: 300)), at: at(300), isComplete: true, isLast: true)
        let values = [Told(series: "b", time: 300), Told(series: "a", isEnd: true, time: 300)]
        #expect(told(last) == values + (kind.isStock ? [Told(series: "b", isEnd: true, time: 1_000_300)] : []))
        #expect(last.count == 1 && last[0].scopes.count == 1 && last[0].scopes[0].metrics.count == 1)
    }

    @Test(arguments: Kind.allCases) func `an exporter that gets no more ends the stocks`(kind: Kind) {
        var endings = SeriesEndings()
        _ = endings.follow(metrics(data(kind, ["a"], at: 200)), at: at(200), isComplete: true)
        #expect(told(endings.end(at: at(300))) == (kind.isStock ? [Told(series: "a", isEnd: true, time: 300)] : []))
        #expect(told(endings.end(at: at(400))) == [])
    }

    @Test func `a resource that has changed ends what it had, under its old name`() {
        var endings = SeriesEndings()
        _ = endings.follow(metrics(data(.counter, ["a"], at: 200), host: "old"), at: at(200), isComplete: true)
        let next = endings.follow(metrics(data(.counter, ["a"], at: 300), host: "new"), at: at(300), isComplete: true)
        #expect(next.map { $0.resource.attributes["host.name"] } == ["new", "old"])
        #expect(told(next) == [Told(series: "a", time: 300), Told(series: "a", isEnd: true, time: 300)])
    }

    @Test func `a metric that becomes another kind ends as what it was`() {
        var endings = SeriesEndings()
        _ = endings.follow(metrics(data(.histogram, ["a"], at: 200)), at: at(200), isComplete: true)
        let next = endings.follow(metrics(data(.exponentialHistogram, ["a"], at: 300)), at: at(300), isComplete: true)
        #expect(next[0].scopes[0].metrics.map(\.data.pointCount) == [1, 1])
        guard case .histogram(let ended, _) = next[0].scopes[0].metrics[1].data else {
            Issue.record("no histogram")
            return
        }
        #expect(ended[0].isEnd)
    }

    @Test func `deltas just stop`() {
        var endings = SeriesEndings()
        func follow(_ series: [String], at time: UInt64) -> [Told] {
            guard case .sum(let points, _, _) = data(.counter, series, at: time) else { return [] }
            let deltas = metrics(.sum(points, .delta, isMonotonic: true))
            return told(endings.follow(deltas, at: at(time), isComplete: true, isLast: time == 400))
        }
        #expect(follow(["a", "b"], at: 200).count == 2)
        #expect(follow(["b"], at: 300).count == 1)
        #expect(follow([], at: 400) == [])
    }

    @Test(
        arguments: [
            (100, 50, 150), (100, -50, 50), (100, -100, 1), (100, -200, 1), (0, 50, 0), (UInt64.max - 1, 5, UInt64.max),
            (100, Int64.min, 1),
        ] as [(UInt64, Int64, UInt64)]
    )
    func `a moment moves within what can be told`(moment: UInt64, distance: Int64, result: UInt64) {
        #expect(at(moment).advanced(by: distance) == at(result))
    }
}
