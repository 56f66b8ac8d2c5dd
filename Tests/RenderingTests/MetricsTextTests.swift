import ConsoleExport
import Metrics
import Pipeline
import Rendering
import TestSupport
import Testing

@Suite struct MetricsTextTests {
    private let time = Timestamp(unixNanoseconds: 2)

    @Test func `points stand in aligned rows below their metric`() {
        let points = [
            NumberDataPoint.sample(.int(218), attributes: ["state": "established", "type": "ipv4"]),
            NumberDataPoint.sample(.int(5), attributes: ["state": "listen", "type": "ipv6"]),
        ]
        let metric = Metric(
            name: "system.network.connection.count",
            description: "",
            unit: "{connection}",
            data: .sum(points, .cumulative, isMonotonic: false)
        )
        let gauge = Metric(name: "g", description: "", unit: "", data: .gauge([.sample(.double(0.5))]))
        let expected = """
            Resource  host.name=web-1 service.name=tcplens
            Scope     tcplens 1.2.3

            system.network.connection.count  {connection}  sum, cumulative, not monotonic
              state=established type=ipv4  218
              state=listen type=ipv6         5

            g  gauge
                0.5


            """
        #expect(MetricsText.render([.sample([metric, gauge])]) == expected)
    }

    @Test func `a series that has ended says so in place of its value`() {
        let number = NumberDataPoint.sample(.int(218), attributes: ["a": 1]).ended(at: time)
        let histogram = HistogramDataPoint(
            attributes: ["a": 2],
            start: time,
            time: time,
            count: 1,
            sum: 1,
            bucketCounts: [1, 0],
            explicitBounds: [1]
        ).ended(at: time)
        let exponential = ExponentialHistogramDataPoint(
            attributes: ["a": 3],
            start: time,
            time: time,
            count: 1,
            sum: 1,
            scale: 0,
            zeroCount: 1,
            positive: .init()
        ).ended(at: time)
        let text = MetricsText.render([
            .sample([
                Metric(name: "n", description: "", unit: "", data: .sum([number], .cumulative, isMonotonic: false)),
                Metric(name: "h", description: "", unit: "", data: .histogram([histogram], .cumulative)),
                Metric(name: "e", description: "", unit: "", data: .exponentialHistogram([exponential], .cumulative)),
            ])
        ])
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("  ") }
        #expect(rows == ["  a=1  ended", "  a=2  ended", "  a=3  ended"])
    }

    @Test func `a histogram shows count, sum and the filled buckets`() {
        let point = HistogramDataPoint(
            attributes: ["role": "client"],
            start: time,
            time: time,
            count: 12,
            sum: 1.5,
            bucketCounts: [0, 8, 0, 4, 0],
            explicitBounds: [0.005, 0.01, 0.1, 1]
        )
        let metric = Metric(name: "h", description: "", unit: "s", data: .histogram([point], .delta))
        let text = MetricsText.render([.sample([metric])])
        #expect(text.contains("h  s  histogram, delta\n  role=client  count=12  sum=1.5 s  (0.005, 1.0] █ ▄\n"))
    }

    @Test(arguments: [([0.5, 1.0], "(0.0, 0.5]"), ([-1, 1], "(-∞, -1.0]"), ([0, 1], "(-∞, 0.0]"), ([], "(-∞, ∞)")])
    func `the first bucket begins at zero where nothing less is measured`(bounds: [Double], text: String) {
        let counts = [3] + [UInt64](repeating: 0, count: bounds.count)
        let point = HistogramDataPoint(
            attributes: [:],
            start: time,
            time: time,
            count: 3,
            sum: 1,
            bucketCounts: counts,
            explicitBounds: bounds
        )
        let metric = Metric(name: "h", description: "", unit: "s", data: .histogram([point], .delta))
        #expect(MetricsText.render([.sample([metric])]).contains(" \(text) █"))
    }

    @Test func `an exponential histogram shows its bounds`() {
        let point = ExponentialHistogramDataPoint(
            attributes: [:],
            start: time,
            time: time,
            count: 3,
            sum: nil,
            scale: 0,
            zeroCount: 0,
            positive: .init(offset: -2, counts: [0, 1, 0, 2])
        )
        let metric = Metric(name: "e", description: "", unit: "s", data: .exponentialHistogram([point], .cumulative))
        let text = MetricsText.render([.sample([metric])])
        // With scale 0 the base is 2: buckets -1 to 1 are (0.5, 1], (1, 2] and (2, 4].
        #expect(text.contains("count=3  (0.5, 4.0] ▄ █\n"))
    }

    @Test(arguments: [[], [1, 2], [1, 2, 3, 4], [0, 0, 0]] as [[UInt64]])
    func `a histogram whose buckets do not fit shows none`(counts: [UInt64]) {
        let point = HistogramDataPoint(
            attributes: [:],
            start: time,
            time: time,
            count: .max,
            sum: .nan,
            bucketCounts: counts,
            explicitBounds: [1, 2]
        )
        let metric = Metric(name: "h", description: "", unit: "", data: .histogram([point], .delta))
        #expect(MetricsText.render([.sample([metric])]).contains("count=18446744073709551615  sum=nan\n"))
    }

    @Test func `an exponential histogram with absurd numbers does not trap`() {
        for (scale, offset) in [(Int32.max, Int32.max), (.min, .min), (20, .max), (-10, .min)] {
            let point = ExponentialHistogramDataPoint(
                attributes: [:],
                start: time,
                time: time,
                count: 1,
                sum: nil,
                scale: scale,
                zeroCount: 0,
                positive: .init(offset: offset, counts: [1, .max])
            )
            let metric = Metric(name: "e", description: "", unit: "", data: .exponentialHistogram([point], .delta))
            #expect(MetricsText.render([.sample([metric])]).contains("count=1"))
        }
    }

    @Test func `what others wrote cannot steer the terminal`() {
        let points = [NumberDataPoint.sample(.int(1), attributes: ["k\n": "\u{1B}[2J", "e": "", "s": "a b"])]
        let metric = Metric(name: "n\u{7}", description: "", unit: "", data: .gauge(points))
        let text = MetricsText.render([.sample([metric])])
        #expect(text.contains("n\\u{7}  gauge\n  e=\"\" k\\u{a}=\\u{1b}[2J s=\"a b\"  1\n"))
    }

    @Test func `nothing renders as nothing`() {
        #expect(MetricsText.render([]) == "")
    }

    @Test func `the console exporter writes that text`() async {
        let (texts, continuation) = AsyncStream<String>.makeStream()
        let metrics = [ResourceMetrics.sample(points: 3)]
        let outcome = await ConsoleExporter { continuation.yield($0) }.export(metrics)
        continuation.finish()
        #expect(outcome == ExportOutcome(acceptedPoints: 3, attempts: 1))
        #expect(await texts.reduce("", +) == MetricsText.render(metrics))
    }
}
