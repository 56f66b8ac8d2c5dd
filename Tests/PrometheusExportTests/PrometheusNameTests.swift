import Metrics
import PrometheusNames
import Testing

@testable import PrometheusExport

@Suite struct PrometheusNameTests {
    @Test(arguments: [
        ("system.network.connection.count", "system_network_connection_count"),
        ("a:b", "a:b"), ("a..b--c__d", "a_b_c_d"), ("1st", "_1st"), ("größe", "gr_e"), ("", "_"), ("_a", "_a"),
    ])
    func `names of metrics have letters, digits, colons and single underscores`(name: String, expected: String) {
        #expect(PrometheusName.metric(name) == expected)
    }

    @Test(arguments: [
        ("network.type", "network_type"), ("a:b", "a_b"), ("1st", "key_1st"), ("__name__", "_name_"), ("", "_"),
    ])
    func `names of labels have no colons, and no digit first`(key: String, expected: String) {
        #expect(PrometheusName.label(key) == expected)
    }

    @Test(arguments: [
        ("s", "seconds"), ("By", "bytes"), ("ms", "milliseconds"), ("%", "percent"), ("KiBy", "kibibytes"),
        ("By/s", "bytes_per_second"), ("{packet}/s", "per_second"), ("1/min", "per_minute"), ("m/h", "meters_per_hour"),
        ("By{data}", "bytes"), ("furlong", "furlong"), ("a b/c d", "a_b_per_c_d"),
    ])
    func `units become words`(unit: String, expected: String) {
        #expect(PrometheusName.unit(unit) == expected)
    }

    @Test(arguments: ["", "1", "{connection}", "{a}{b}", "{a{b}c}", "{open"])
    func `counts of something have no unit`(unit: String) {
        #expect(PrometheusName.unit(unit) == nil)
    }

    private func family(_ name: String, _ unit: String, _ data: Metric.Data) -> PrometheusFamily? {
        PrometheusFamily(Metric(name: name, description: "", unit: unit, data: data))
    }

    @Test(arguments: [
        ("process.cpu.time", "s", "process_cpu_time_seconds"),
        ("a.seconds", "s", "a_seconds"),
        ("seconds.a", "s", "seconds_a_seconds"),
        ("a.total", "s", "a_seconds"),
        ("a.total", "", "a"),
        ("total", "", "total"),
        ("_total", "", "_total"),
        ("a", "1", "a"),
    ])
    func `a counter ends with its unit before its suffix`(name: String, unit: String, expected: String) {
        #expect(family(name, unit, .sum([], .cumulative, isMonotonic: true))?.name == expected)
    }

    @Test(arguments: [("a", "1", "a_ratio"), ("a.total", "", "a_total"), ("memory.usage", "By", "memory_usage_bytes")])
    func `a gauge without a unit is a ratio`(name: String, unit: String, expected: String) {
        let isSum = family(name, unit, .sum([], .cumulative, isMonotonic: false))
        #expect(isSum?.name == expected)
        #expect(isSum?.kind == .gauge)
        #expect(family(name, unit, .gauge([]))?.name == expected)
    }

    @Test func `deltas are not for Prometheus`() {
        #expect(family("a", "", .sum([], .delta, isMonotonic: true)) == nil)
        #expect(family("a", "", .histogram([], .delta)) == nil)
        #expect(family("a", "", .exponentialHistogram([], .delta)) == nil)
    }
}
