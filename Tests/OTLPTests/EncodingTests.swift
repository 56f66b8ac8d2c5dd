import Metrics
import OTLP
import Testing

@Suite struct EncodingTests {
    @Test func `an empty request has no bytes`() throws {
        #expect(ExportRequest.encode([]).isEmpty)
        #expect(try ExportRequest.decode([]).isEmpty)
    }

    @Test func `a point is written byte for byte`() {
        let metrics = ResourceMetrics.stub(
            .stub(
                name: "n",
                .sum([.stub(attributes: ["k": ""], start: 1, time: 2, value: .int(0))], .delta, isMonotonic: true)
            )
        )
        let expected: [UInt8] = [
            0x0A, 0x37,  // resource_metrics
            0x0A, 0x00,  // resource
            0x12, 0x33,  // scope_metrics
            0x0A, 0x00,  // scope
            0x12, 0x2F,  // metrics
            0x0A, 0x01, 0x6E,  // name
            0x3A, 0x2A,  // sum
            0x0A, 0x24,  // data_points
            0x11, 1, 0, 0, 0, 0, 0, 0, 0,  // start_time_unix_nano
            0x19, 2, 0, 0, 0, 0, 0, 0, 0,  // time_unix_nano
            0x31, 0, 0, 0, 0, 0, 0, 0, 0,  // as_int: zero, but present
            0x3A, 0x07, 0x0A, 0x01, 0x6B, 0x12, 0x02, 0x0A, 0x00,  // attributes: the empty text is present too
            0x10, 0x01,  // aggregation_temporality
            0x18, 0x01,  // is_monotonic
        ]
        #expect(ExportRequest.encode([metrics]) == expected)
    }

    @Test func `the last point of a series has a flag and no value (conformance 106)`() {
        let point = NumberDataPoint.stub(start: 1, time: 2, value: .int(9)).ended(at: Timestamp(unixNanoseconds: 3))
        let bytes = ExportRequest.encode([.stub(.stub(.sum([point], .cumulative, isMonotonic: false)))])
        let expected: [UInt8] = [
            0x0A, 0x14,  // data_points
            0x11, 1, 0, 0, 0, 0, 0, 0, 0,  // start_time_unix_nano
            0x19, 3, 0, 0, 0, 0, 0, 0, 0,  // time_unix_nano
            0x40, 0x01,  // flags
        ]
        #expect(bytes.firstRange(of: expected) != nil)
        #expect(!bytes.contains(0x31), "as_int")
    }

    @Test func `what has no points is left out (conformance 51)`() throws {
        let full = Metric.stub(name: "full", .gauge([.stub()]))
        let empty: [Metric] = [
            .stub(name: "gauge", .gauge([])), .stub(name: "sum", .sum([], .delta, isMonotonic: true)),
            .stub(name: "histogram", .histogram([], .delta)),
            .stub(name: "exponential", .exponentialHistogram([], .delta)),
        ]
        #expect(ExportRequest.encode([.stub(scopes: []), .stub(scopes: [.stub(metrics: empty)])]).isEmpty)

        let mixed: [ResourceMetrics] = [
            .stub(scopes: []), .stub(scopes: [.stub(metrics: empty), .stub(metrics: [full] + empty)]),
        ]
        #expect(try ExportRequest.decode(ExportRequest.encode(mixed)) == [.stub(full)])
    }

    @Test func `a gauge has no start (conformance 81)`() throws {
        let bytes = ExportRequest.encode([.stub(.stub(.gauge([.stub(start: 1, time: 2)])))])
        #expect(try ExportRequest.decode(bytes) == [.stub(.stub(.gauge([.stub(start: 0, time: 2)])))])
    }

    @Test func `equal metrics have equal bytes, whatever the order of their attributes`() {
        let scopes: [ScopeMetrics] = [.stub(metrics: [.stub(.gauge([.stub()]))])]
        let one = ResourceMetrics.stub(attributes: ["a": 1, "b": 2], scopes: scopes)
        let two = ResourceMetrics.stub(attributes: ["b": 2, "a": 1], scopes: scopes)
        #expect(ExportRequest.encode([one]) == ExportRequest.encode([two]))
    }

    @Test func `a NUL does not end a text`() throws {
        let metrics = ResourceMetrics.stub(.stub(name: "a\0b", .gauge([.stub(attributes: ["k": "\0"])])))
        let expected = ResourceMetrics.stub(.stub(name: "a\u{FFFD}b", .gauge([.stub(attributes: ["k": "\u{FFFD}"])])))
        #expect(try ExportRequest.decode(ExportRequest.encode([metrics])) == [expected])
    }
}
