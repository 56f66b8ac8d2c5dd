import Metrics
import TestSupport
import Testing

@testable import PrometheusExport
@testable import System

@Suite struct PrometheusTextTests {
    private static let openMetrics = ExpositionFormat(syntax: .openMetrics, version: "1.0.0")

    private func render(
        _ metrics: [ResourceMetrics],
        _ format: ExpositionFormat = .text,
        hasCreated: Bool = false
    ) -> String {
        let (families, _) = PrometheusFamily.families(of: metrics)
        let target = metrics.first?.resource.attributes ?? [:]
        let text = PrometheusText(families, target: target, format: format, hasCreated: hasCreated)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    /// The lines of metrics without resource and scope.
    private func lines(_ metrics: [Metric], _ format: ExpositionFormat = .text) -> [String] {
        let bare = ResourceMetrics(
            resource: Resource(attributes: [:], schemaURL: ""),
            scopes: [ScopeMetrics(scope: Scope(name: "", version: "", schemaURL: ""), metrics: metrics)]
        )
        return render([bare], format).split(separator: "\n").map(String.init)
    }

    private static let counter = Metric(
        name: "tcplens.connection.io",
        description: "Bytes.",
        unit: "By",
        data: .sum([.sample(.int(7), attributes: ["network.io.direction": "transmit"])], .cumulative, isMonotonic: true)
    )

    private static let histogram = Metric(
        name: "tcplens.rtt",
        description: "Times.",
        unit: "s",
        data: .histogram(
            [
                HistogramDataPoint(
                    attributes: ["network.type": "ipv4"],
                    start: Timestamp(unixNanoseconds: 1_700_000_000_000_000_001),
                    time: Timestamp(unixNanoseconds: 1_700_000_001_000_000_000),
                    count: 6,
                    sum: 2.5,
                    bucketCounts: [1, 0, 5],
                    explicitBounds: [0.0009765625, 1]
                )
            ],
            .cumulative
        )
    )

    @Test func `a series that has ended is in no scrape`() {
        let points = [NumberDataPoint.sample(.int(7)), .sample(.int(8), attributes: ["a": 1]).ended(at: .unknown)]
        let stock = Metric(name: "n", description: "", unit: "", data: .sum(points, .cumulative, isMonotonic: false))
        #expect(lines([stock]).filter { !$0.hasPrefix("#") } == ["n 7"])
        guard case .histogram(let points, let temporality) = Self.histogram.data else { return }
        let ended = points.map { $0.ended(at: .unknown) }
        var metric = Self.histogram
        metric.data = .histogram(ended, temporality)
        #expect(lines([metric]).filter { !$0.hasPrefix("#") } == [])
    }

    @Test func `Prometheus' own format`() {
        let text = render([.sample([Self.counter, Self.histogram])])
        #expect(
            text == """
                # HELP target_info What the metrics are about.
                # TYPE target_info gauge
                target_info{host_name="web-1",service_name="tcplens"} 1
                # HELP tcplens_connection_io_bytes_total Bytes.
                # TYPE tcplens_connection_io_bytes_total counter
                tcplens_connection_io_bytes_total{network_io_direction="transmit",otel_scope_name="tcplens",\
                otel_scope_version="1.2.3"} 7
                # HELP tcplens_rtt_seconds Times.
                # TYPE tcplens_rtt_seconds histogram
                tcplens_rtt_seconds_bucket{network_type="ipv4",otel_scope_name="tcplens",otel_scope_version="1.2.3",\
                le="0.0009765625"} 1
                tcplens_rtt_seconds_bucket{network_type="ipv4",otel_scope_name="tcplens",otel_scope_version="1.2.3",\
                le="1.0"} 1
                tcplens_rtt_seconds_bucket{network_type="ipv4",otel_scope_name="tcplens",otel_scope_version="1.2.3",\
                le="+Inf"} 6
                tcplens_rtt_seconds_count{network_type="ipv4",otel_scope_name="tcplens",otel_scope_version="1.2.3"} 6
                tcplens_rtt_seconds_sum{network_type="ipv4",otel_scope_name="tcplens",otel_scope_version="1.2.3"} 2.5

                """
        )
    }

    @Test func `OpenMetrics has units, starts and an end`() {
        let text = render([.sample([Self.counter, Self.histogram])], Self.openMetrics, hasCreated: true)
        #expect(
            text == """
                # HELP target What the metrics are about.
                # TYPE target info
                target_info{host_name="web-1",service_name="tcplens"} 1
                # HELP tcplens_connection_io_bytes Bytes.
                # TYPE tcplens_connection_io_bytes counter
                # UNIT tcplens_connection_io_bytes bytes
                tcplens_connection_io_bytes_total{network_io_direction="transmit",otel_scope_name="tcplens",\
                otel_scope_version="1.2.3"} 7
                tcplens_connection_io_bytes_created{network_io_direction="transmit",otel_scope_name="tcplens",\
                otel_scope_version="1.2.3"} 1.000000000
                # HELP tcplens_rtt_seconds Times.
                # TYPE tcplens_rtt_seconds histogram
                # UNIT tcplens_rtt_seconds seconds
                tcplens_rtt_seconds_bucket{network_type="ipv4",otel_scope_name="tcplens",otel_scope_version="1.2.3",\
                le="0.0009765625"} 1
                tcplens_rtt_seconds_bucket{network_type="ipv4",otel_scope_name="tcplens",otel_scope_version="1.2.3",\
                le="1.0"} 1
                tcplens_rtt_seconds_bucket{network_type="ipv4",otel_scope_name="tcplens",otel_scope_version="1.2.3",\
                le="+Inf"} 6
                tcplens_rtt_seconds_count{network_type="ipv4",otel_scope_name="tcplens",otel_scope_version="1.2.3"} 6
                tcplens_rtt_seconds_sum{network_type="ipv4",otel_scope_name="tcplens",otel_scope_version="1.2.3"} 2.5
                tcplens_rtt_seconds_created{network_type="ipv4",otel_scope_name="tcplens",\
                otel_scope_version="1.2.3"} 1700000000.000000001
                # EOF

                """
        )
    }

    @Test func `starts are series, so they are there only if asked for, and where they have a place`() {
        let metrics = [ResourceMetrics.sample([Self.counter, Self.histogram])]
        func created(_ text: String) -> Int { text.split(separator: "\n").count { $0.contains("_created{") } }
        #expect(created(render(metrics, Self.openMetrics)) == 0)
        #expect(created(render(metrics, Self.openMetrics, hasCreated: true)) == 2)
        #expect(created(render(metrics, hasCreated: true)) == 0)
    }

    @Test func `an empty exposition is valid in both`() {
        #expect(lines([]).isEmpty)
        #expect(lines([], Self.openMetrics) == ["# EOF"])
    }

    private func gauge(_ name: String = "g", _ points: NumberDataPoint..., description: String = "") -> Metric {
        Metric(name: name, description: description, unit: "", data: .gauge(points))
    }

    @Test func `what would end a value is escaped`() {
        let metric = gauge("g", .sample(.int(1), attributes: ["a": "q\"b\\n\nü"]), description: "q\" b\\ n\n")
        let sample = #"g{a="q\"b\\n\nü"} 1"#
        #expect(lines([metric]) == [#"# HELP g q" b\\ n\n"#, "# TYPE g gauge", sample])
        #expect(lines([metric], Self.openMetrics).prefix(3) == [#"# HELP g q\" b\\ n\n"#, "# TYPE g gauge", sample])
    }

    @Test(arguments: [
        (Number.double(.infinity), "+Inf"), (.double(-.infinity), "-Inf"), (.double(.nan), "NaN"),
        (.double(1e-9), "1e-09"),
        (.double(0.1), "0.1"), (.double(3), "3.0"), (.int(.min), "-9223372036854775808"),
        (.int(.max), "9223372036854775807"),
    ])
    func `numbers are written so that nothing of them is lost`(value: Number, text: String) {
        #expect(lines([gauge("g", .sample(value))]).last == "g \(text)")
    }

    @Test func `values that are no text become text`() {
        let attributes: Attributes = ["b": true, "d": .double(0.5), "i": 7, "s": "x"]
        #expect(
            lines([gauge("g", .sample(.int(1), attributes: attributes))]).last == #"g{b="true",d="0.5",i="7",s="x"} 1"#
        )
    }

    @Test func `keys that become the same label are joined in their order`() {
        let attributes: Attributes = ["a.b": "1", "a_b": "3", "a-b": "0", "aa": "2"]
        #expect(lines([gauge("g", .sample(.int(1), attributes: attributes))]).last == #"g{a_b="0;1;3",aa="2"} 1"#)
    }

    @Test func `each point has its own labels, also where keys come and go`() {
        let metric = gauge(
            "g",
            .sample(.int(1), attributes: ["a": "1"]),
            .sample(.int(2)),
            .sample(.int(3), attributes: ["b": "3"]),
            .sample(.int(4), attributes: ["b": "4"])
        )
        #expect(lines([metric]).dropFirst() == [#"g{a="1"} 1"#, "g 2", #"g{b="3"} 3"#, #"g{b="4"} 4"#])
    }

    @Test func `a label of the format's own is not another's`() {
        var histogram = Self.histogram
        guard case .histogram(var points, _) = histogram.data else { return }
        points[0].attributes = ["le": "x"]
        histogram.data = .histogram(points, .cumulative)
        #expect(lines([histogram]).contains(#"tcplens_rtt_seconds_bucket{exported_le="x",le="+Inf"} 6"#))
        let scoped = render([.sample([gauge("g", .sample(.int(1), attributes: ["otel.scope.name": "x"]))])])
        #expect(scoped.contains(#"g{exported_otel_scope_name="x",otel_scope_name="tcplens","#))
    }

    @Test func `a sum that can fall is not told`() {
        var histogram = Self.histogram
        guard case .histogram(var points, _) = histogram.data else { return }
        points[0].sum = -1
        histogram.data = .histogram(points, .cumulative)
        #expect(!lines([histogram]).contains { $0.hasPrefix("tcplens_rtt_seconds_sum") })
        points[0].sum = nil
        histogram.data = .histogram(points, .cumulative)
        #expect(!lines([histogram]).contains { $0.hasPrefix("tcplens_rtt_seconds_sum") })
    }

    @Test(arguments: [
        (0.0, "0.0"), (9.5367431640625e-07, "9.5367431640625e-07"), (0.0001220703125, "0.0001220703125"), (2, "2.0"),
        (524_288, "524288.0"), (1e6, "1e+06"), (2_097_152, "2.097152e+06"), (268_435_456, "2.68435456e+08"),
        (1_500_000.5, "1.5000005e+06"), (1e16, "1e+16"), (1e100, "1e+100"), (12_345_678_901, "1.2345678901e+10"),
    ])
    func `a bound has the one form that OpenMetrics has for it`(bound: Double, text: String) {
        var histogram = Self.histogram
        guard case .histogram(var points, _) = histogram.data else { return }
        (points[0].bucketCounts, points[0].explicitBounds, points[0].attributes) = ([6, 0], [bound], [:])
        histogram.data = .histogram(points, .cumulative)
        #expect(lines([histogram]).contains("tcplens_rtt_seconds_bucket{le=\"\(text)\"} 6"))
    }

    @Test func `a histogram without bounds has one bucket`() {
        var histogram = Self.histogram
        guard case .histogram(var points, _) = histogram.data else { return }
        (points[0].bucketCounts, points[0].explicitBounds, points[0].attributes) = ([6], [], [:])
        histogram.data = .histogram(points, .cumulative)
        #expect(
            lines([histogram]).dropFirst(2) == [
                #"tcplens_rtt_seconds_bucket{le="+Inf"} 6"#, "tcplens_rtt_seconds_count 6",
                "tcplens_rtt_seconds_sum 2.5",
            ]
        )
    }
}
