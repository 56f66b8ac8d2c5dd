import Metrics
import Rendering
import Testing

@testable import Sink

/// What the sink has received, as a person sees it.
@Suite struct SinkTableTests {
    private let terminal = OutputStyle(columns: 80, isUnicode: true)

    private func point(_ value: Number, _ attributes: Attributes = [:]) -> NumberDataPoint {
        NumberDataPoint(attributes: attributes, start: .unknown, time: .unknown, value: value)
    }

    private func histogram(_ counts: [UInt64], _ bounds: [Double], _ attributes: Attributes = [:]) -> Metric.Data {
        let point = HistogramDataPoint(
            attributes: attributes,
            start: .unknown,
            time: .unknown,
            count: counts.reduce(0, &+),
            sum: 1.5,
            bucketCounts: counts,
            explicitBounds: bounds,
            extremes: Extremes(minimum: 0.0061, maximum: 0.75)
        )
        return .histogram([point], .delta)
    }

    private func exponential(
        scale: Int32,
        zero: UInt64 = 0,
        positive: ExponentialHistogramDataPoint.Buckets,
        negative: ExponentialHistogramDataPoint.Buckets = .init()
    ) -> ExponentialHistogramDataPoint {
        ExponentialHistogramDataPoint(
            attributes: [:],
            start: .unknown,
            time: .unknown,
            count: 1,
            sum: nil,
            scale: scale,
            zeroCount: zero,
            positive: positive,
            negative: negative
        )
    }

    @Test func `a series that has ended says so in place of its value`() {
        let time = Timestamp(unixNanoseconds: 3)
        let numbers = [point(.int(7), ["a": 1]), point(.int(0), ["a": 2]).ended(at: time)]
        let table = PointTable(.sum(numbers, .cumulative, isMonotonic: false), unit: "", terminal).text
        #expect(table == "  VALUE  a\n      7  1\n  ended  2\n")
        let ended = exponential(scale: 0, positive: .init(offset: 0, counts: [1])).ended(at: time)
        #expect(PointTable(.exponentialHistogram([ended], .cumulative), unit: "s", terminal).text == "  ended\n")
        guard case .histogram(let points, _) = histogram([1, 2], [1]) else { return }
        let last = points.map { $0.ended(at: time) }
        #expect(PointTable(.histogram(last, .cumulative), unit: "s", terminal).text == "  ended\n")
    }

    private func delivery(_ metrics: Metric...) -> Delivery {
        let scope = ScopeMetrics(scope: Scope(name: "shop", version: "2.1", schemaURL: ""), metrics: metrics)
        let resource = Resource(
            attributes: [
                "service.name": "checkout", "service.instance.id": "3d1219c7-c4c5-404a-aa1f-6d2a48adfda4",
                "deployment.environment.name": "two words",
            ],
            schemaURL: ""
        )
        return Delivery(
            metrics: [ResourceMetrics(resource: resource, scopes: [scope])],
            json: [],
            leftOut: ["rpc.summary"],
            isCompressed: true,
            receivedBytes: 1536,
            peer: "127.0.0.1:40000"
        )
    }

    @Test func `resource, scope, metrics, points and bars stand in 80 columns`() {
        let orders = Metric(
            name: "orders",
            description: "Orders that were placed.",
            unit: "{order}",
            data: .sum(
                [
                    point(.int(17), ["country": "fr", "currency": "eur", "kind": "new"]),
                    point(.int(1234), ["country": "de", "currency": "eur"]),
                ],
                .cumulative,
                isMonotonic: true
            )
        )
        let load = Metric(name: "load", description: "", unit: "1", data: .gauge([point(.double(0.25))]))
        let duration = Metric(
            name: "http.server.request.duration",
            description: "",
            unit: "s",
            data: histogram([0, 8, 0, 4, 0], [0.005, 0.01, 0.1, 1], ["http.route": "/cart"])
        )
        let text = SinkTable(style: terminal).text(delivery(orders, load, duration), time: "2026-01-02T03:04:05Z")
        #expect(
            text == """
                --- 2026-01-02T03:04:05Z  4 points, 3 metrics, 1 resource  protobuf gzip 1.5KiB…
                RESOURCE  deployment.environment.name="two words"
                          service.instance.id=3d1219c7-c4c5-404a-aa1f-6d2a48adfda4
                          service.name=checkout
                SCOPE     shop 2.1

                orders (cumulative sum, monotonic; in {order})
                  Orders that were placed.
                  all:  currency=eur
                  VALUE  country  kind
                     17  fr       new
                   1234  de

                load (gauge; in 1)
                  0.25

                http.server.request.duration (delta histogram; in s)
                  count=12 sum=1.50s mean=125ms min=6.10ms max=750ms  http.route=/cart
                    5.00ms – 10.0ms  8  ████████████████████████████████████████
                     10.0ms – 100ms  0
                      100ms – 1.00s  4  ████████████████████

                Not shown, but in --format json: rpc.summary


                """
        )
    }

    @Test func `points with more attributes than a line has room for are a list`() {
        let attributes: Attributes = ["alpha": .string(String(repeating: "a", count: 38)), "beta": "b", "gamma": "c"]
        var other = attributes
        (other["alpha"], other["beta"], other["gamma"]) = ("x", "y", "z")
        let data = Metric.Data.gauge([point(.int(1), attributes), point(.int(2), other)])
        let text = PointTable(data, unit: "", OutputStyle(columns: 50)).text
        #expect(
            text == """
                  1  alpha=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
                     beta=b gamma=c
                  2  alpha=x beta=y gamma=z

                """
        )
        #expect(PointTable(data, unit: "", OutputStyle()).text.hasPrefix("  VALUE  alpha"))
    }

    @Test func `without Unicode and colours there is only ASCII, whatever was sent`() {
        let metric = Metric(
            name: "größe\u{1b}[2J",
            description: "é",
            unit: "By",
            data: histogram([1, 2], [1024], ["ü": "ö"])
        )
        let text = SinkTable(style: OutputStyle()).text(delivery(metric), time: "now")
        #expect(text.utf8.allSatisfy { $0 == 10 || (0x20..<0x7f).contains($0) })
        #expect(text.contains("gr??e\\u{1b}[2J"))
        #expect(text.contains("<= 1KiB  1  ####################\n"))
        #expect(text.contains(" > 1KiB  2  ########################################\n"))
    }

    @Test func `an exponential histogram has a few bars between powers of two, zero and negative ones`() {
        let point = exponential(
            scale: 0,
            zero: 3,
            positive: .init(offset: -2, counts: [0, 1, 0, 2]),
            negative: .init(offset: 1, counts: [5])
        )
        let chart = HistogramChart(point)
        #expect(chart.buckets.map(\.lower) == [-4, 0, 0.5, 1, 2])
        #expect(chart.buckets.map(\.upper) == [-2, 0, 1, 2, 4])
        #expect(chart.buckets.map(\.count) == [5, 3, 1, 0, 2])
        #expect(chart.lines(unit: "", indentation: 0, OutputStyle(columns: 30))[1].hasPrefix("      0  3  ###"))
        let many = HistogramChart(
            exponential(scale: 3, positive: .init(offset: 0, counts: [UInt64](repeating: 7, count: 160)))
        )
        #expect(many.buckets.count == 12)
        #expect(many.buckets.reduce(0) { $0 + $1.count } == 7 * 160)
        for (one, next) in zip(many.buckets, many.buckets.dropFirst()) { #expect(one.upper == next.lower) }
    }

    @Test func `absurd numbers do not trap`() {
        for (scale, offset) in [(Int32.max, Int32.max), (.min, .min), (20, .max), (-10, .min)] {
            let point = exponential(
                scale: scale,
                zero: .max,
                positive: .init(offset: offset, counts: [1, .max]),
                negative: .init(offset: offset, counts: [.max])
            )
            #expect(PointTable(.exponentialHistogram([point], .delta), unit: "s", terminal).text.contains("count=1"))
        }
        for (counts, bounds) in [([], [1, 2]), ([1, 2], [1, 2]), ([UInt64.max, .max], [.nan])] as [([UInt64], [Double])]
        {
            #expect(PointTable(histogram(counts, bounds), unit: "s", terminal).text.contains("count="))
        }
    }

    @Test(
        arguments: [
            (0, "s", "0s"), (0.00043, "s", "430us"), (1.25, "s", "1.25s"), (90, "min", "90.0m"), (0.5, "ms", "500us"),
            (2e-7, "s", "200ns"), (-0.25, "s", "-250ms"), (512, "By", "512B"), (1536, "By", "1.5KiB"),
            (1e30, "s", "1e+30s"), (0.5, "1", "0.5"), (12345.6, "{request}", "12346"), (.infinity, "s", "inf"),
            (.nan, "By", "NaN"), (1e-9, "", "1e-09"), (5, "ns", "5ns"), (1 / 3.0, "", "0.333"),
        ] as [(Double, String, String)]
    )
    func `a measurement is in the unit that fits`(value: Double, unit: String, text: String) {
        #expect(MeasureText.text(value, unit: unit) == text)
    }

    @Test func `a bar is as long as its share, and never nothing for something`() {
        #expect(BarText.bar(1, width: 4, OutputStyle()) == "####")
        #expect(BarText.bar(0.5, width: 4, OutputStyle(isUnicode: true)) == "██")
        #expect(BarText.bar(0.55, width: 5, OutputStyle(isUnicode: true)) == "██▊")
        #expect(BarText.bar(1e-9, width: 4, OutputStyle()) == "#")
        #expect(BarText.bar(1e-9, width: 4, OutputStyle(isUnicode: true)) == "▏")
        #expect(BarText.bar(0, width: 4, OutputStyle()) == "")
        #expect([(0, 5), (1, 1000), (1, 3), (5, 5)].map { BarText.share($0, of: $1) } == ["0%", "<1%", "33%", "100%"])
    }
}
