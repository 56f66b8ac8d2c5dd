import Metrics
import OTLP
import Testing

/// OTLP's JSON: the rules of the specification's "JSON Protobuf Encoding", and malformed and malicious texts.
@Suite struct JSONTests {
    private let request = "opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest"

    private func decode(_ text: String) throws -> [ResourceMetrics] {
        try ExportRequest.decode(ExportRequest.fromJSON(Array(text.utf8)))
    }

    /// A request with one metric.
    private func request(metric: String) -> String {
        #"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{\#(metric)}]}]}]}"#
    }

    /// A request with a gauge of one point.
    private func request(point: String) -> String {
        request(metric: #""gauge":{"dataPoints":[{\#(point)}]}"#)
    }

    private func point(_ text: String) throws -> NumberDataPoint? {
        guard case .gauge(let points) = try decode(request(point: text)).first?.scopes.first?.metrics.first?.data else {
            return nil
        }
        return points.first
    }

    @Test(arguments: Sample.all)
    func `a sample comes back`(sample: Sample) throws {
        let bytes = ExportRequest.encode(sample.metrics)
        let json = try ExportRequest.json(bytes)
        #expect(!json.contains(UInt8(ascii: "\n")))
        #expect(try ExportRequest.fromJSON(json).count == bytes.count)
        #expect(try ExportRequest.decode(ExportRequest.fromJSON(json)) == sample.metrics)
    }

    @Test(
        arguments: [
            (#""asInt":"9223372036854775807""#, .int(.max)), (#""asInt":-9223372036854775808"#, .int(.min)),
            (#""asInt":1e3"#, .int(1000)), (#""asInt":"0""#, .int(0)), (#""asDouble":0"#, .double(0)),
            (#""asDouble":"Infinity""#, .double(.infinity)), (#""asDouble":"-Infinity""#, .double(-.infinity)),
            (#""asDouble":-1.5E-3"#, .double(-0.0015)), (#""asDouble":"2.5""#, .double(2.5)),
        ] as [(String, Number)]
    )
    func `numbers may be numbers or texts`(text: String, value: Number) throws {
        #expect(try point(text)?.value == value)
    }

    @Test func `what is no number has a name`() throws {
        guard case .double(let value) = try point(#""asDouble":"NaN""#)?.value else {
            Issue.record("no double")
            return
        }
        #expect(value.isNaN)
    }

    @Test(arguments: [
        ("\"asInt\":1.5", "asInt must be a whole number of 64 bits"),
        ("\"asInt\":9223372036854775808", "asInt must be a whole number of 64 bits"),
        ("\"asInt\":true", "a value is expected"), ("\"asInt\":{}", "a value is expected"),
        ("\"asDouble\":1e999", "asDouble must be a number"), ("\"asDouble\":\"inf\"", "asDouble must be a number"),
        ("\"asDouble\":01", "a number must not begin with 0"), ("\"asDouble\":1.", "a digit is expected"),
        ("\"flags\":-1", "flags must be a whole number of 32 bits"), ("\"attributes\":{}", "a list is expected"),
        ("\"attributes\":[1]", "an object is expected"),
        ("\"attributes\":[{\"key\":7}]", "a string in quotation marks"),
    ])
    func `a value of another kind is refused, and said which`(text: String, problem: String) {
        do {
            _ = try decode(request(point: text))
            Issue.record("\(text) was taken")
        } catch {
            #expect("\(error)".contains(problem), "\(error)")
        }
    }

    @Test func `enumerations are numbers, not names`() throws {
        let sum = #""name":"s","sum":{"aggregationTemporality":%,"isMonotonic":true,"dataPoints":[]}"#
        func text(_ temporality: String) -> String {
            request(metric: sum.replacing("%", with: temporality))
        }
        #expect(
            try decode(text("2")).first?.scopes.first?.metrics.first?.data == .sum([], .cumulative, isMonotonic: true)
        )
        #expect(throws: OTLPError.self) { try decode(text(#""AGGREGATION_TEMPORALITY_DELTA""#)) }
        #expect(throws: OTLPError.unspecifiedTemporality(metric: "s")) { try decode(text("0")) }
    }

    @Test func `what is not known is passed over, null is absent, and names of the schema are not keys`() throws {
        let text = """
            {"unknown": {"a": [1, {"b": null}, "\\u0041\\n", true, false, -0.5e+2]}, "resource_metrics": [{}],
             "resourceMetrics": null}
            """
        #expect(try decode(text).isEmpty)
        #expect(
            try point(#""asInt":7,"timeUnixNano":null,"start_time_unix_nano":"5","startTimeUnixNano":6"#)
                == .stub(start: 6, value: .int(7))
        )
    }

    @Test func `texts are UTF-8, with every escape`() throws {
        func name(_ text: String) throws -> String? {
            try decode(request(metric: #""name":"\#(text)","gauge":{}"#)).first?.scopes.first?.metrics.first?.name
        }
        #expect(try name(#"\"\\\/\b\f\n\r\t\u00fc\uD83C\uDF0D grüße"#) == "\"\\/\u{8}\u{c}\n\r\tü🌍 grüße")
        for text in [#"\x"#, #"\u12"#, #"\uD83C"#, #"\uD83C\u0041"#, #"\uDF0D"#, "\u{1}", "\n"] {
            #expect(throws: OTLPError.self, "\(text)") { try name(text) }
        }
        var bytes = Array(request(metric: #""name":"x","gauge":{}"#).utf8)
        bytes[bytes.firstIndex(of: UInt8(ascii: "x")) ?? 0] = 0xff
        #expect(throws: OTLPError.self) { try ExportRequest.fromJSON(bytes) }
    }

    @Test func `bytes are Base64, and the identifiers of traces hexadecimal`() throws {
        func attribute(_ base64: String) throws -> AttributeValue? {
            try point(#""asInt":1,"attributes":[{"key":"k","value":{"bytesValue":"\#(base64)"}}]"#)?.attributes["k"]
        }
        #expect(try attribute("+/8=") == "+/8=")
        #expect(try attribute("-_8") == "+/8=")
        #expect(try attribute("") == "")
        for text in ["+", "+/8==", "+/8=a", "ü", "===="] {
            #expect(throws: OTLPError.self, "\(text)") { try attribute(text) }
        }
        let exemplar = #""asInt":"1","exemplars":[{"asDouble":0.5,"spanId":"00ff00ff00ff00ff","traceId":"%"}]"#
        let good = request(point: exemplar.replacing("%", with: String(repeating: "aB", count: 16)))
        let json = try ExportRequest.json(ExportRequest.fromJSON(Array(good.utf8)))
        #expect(String(decoding: json, as: UTF8.self).contains(#""traceId":"abababababababababababababababab""#))
        #expect(throws: OTLPError.self) { try decode(request(point: exemplar.replacing("%", with: "abc"))) }
    }

    @Test func `what the data model has no place for is in the JSON, and named`() throws {
        let summary = """
            "name":"s","metadata":[{"key":"m","value":{"stringValue":"v"}}],"summary":{"dataPoints":[\
            {"count":"3","sum":1.5,"quantileValues":[{"quantile":0.5,"value":0.25}]}]}
            """
        let wire = try ExportRequest.fromJSON(Array(request(metric: summary).utf8))
        #expect(try ExportRequest.leftOut(wire) == ["s"])
        #expect(try ExportRequest.decode(wire).first?.pointCount == 0)
        let json = String(decoding: try ExportRequest.json(wire), as: UTF8.self)
        #expect(json.contains(#""quantileValues":[{"quantile":0.5,"value":0.25}]"#))
        #expect(json.contains(#""metadata":[{"key":"m","value":{"stringValue":"v"}}]"#))
    }

    @Test func `a part of a text is malformed`() throws {
        let bytes = try ExportRequest.json(ExportRequest.encode(Sample.gauge.metrics))
        for length in 0..<bytes.count {
            #expect(throws: OTLPError.self) { try ExportRequest.fromJSON(Array(bytes.prefix(length))) }
        }
        for tail in ["x", "{}", "]"] {
            #expect(throws: OTLPError.self) { try ExportRequest.fromJSON(bytes + Array(tail.utf8)) }
        }
    }

    @Test(arguments: Sample.all)
    func `changed bytes never crash`(sample: Sample) throws {
        let bytes = try ExportRequest.json(ExportRequest.encode(sample.metrics))
        let marks = Array(#"{}[]",:\0-.eun"#.utf8) + [0x00, 0x7f, 0xff]
        for position in bytes.indices {
            // Each byte is replaced with three different ones.
            for turn in 0..<3 {
                var changed = bytes
                changed[position] = marks[(3 * position + turn) % marks.count]
                // It may still be a request; it only matters that the decoder returns.
                guard let wire = try? ExportRequest.fromJSON(changed) else { continue }
                _ = try? ExportRequest.decode(wire)
                _ = try? ExportRequest.json(wire)
            }
        }
    }

    @Test(arguments: Sample.all)
    func `changed bytes of the wire never crash the writer`(sample: Sample) {
        let bytes = ExportRequest.encode(sample.metrics)
        for position in bytes.indices {
            for value: UInt8 in [0x00, 0x01, 0x7F, 0x80, 0xFF, bytes[position] ^ 0x08, bytes[position] &+ 1] {
                var changed = bytes
                changed[position] = value
                _ = try? ExportRequest.json(changed)
            }
        }
    }

    @Test(arguments: ["[", #"{"a":"#, #"{"resourceMetrics":["#])
    func `nesting is bounded`(level: String) {
        let text = Array(String(repeating: level, count: 100_000).utf8)
        #expect(throws: OTLPError.self) { try ExportRequest.fromJSON(text) }
        let value = #"{"arrayValue":{"values":["#
        let deep = #""asInt":1,"attributes":[{"key":"k","value":\#(String(repeating: value, count: 10_000))"#
        #expect(throws: OTLPError.nestedTooDeeply(message: request)) {
            try ExportRequest.fromJSON(Array(request(point: deep).utf8))
        }
    }

    @Test func `answers are JSON too`() {
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        #expect(text(ExportResponse().json()) == "{}")
        #expect(
            text(ExportResponse(rejectedDataPoints: 3, errorMessage: "a \"b\"").json())
                == #"{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"a \"b\""}}"#
        )
        #expect(text(RPCStatus(code: 3, message: "bad").json()) == #"{"code":3,"message":"bad"}"#)
    }
}
