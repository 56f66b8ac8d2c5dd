import Metrics
import OTLP
import Testing

/// Messages that only other clients send.
@Suite struct DecodingTests {
    private func attribute(_ any: [UInt8]) throws -> AttributeValue? {
        let metrics = try ExportRequest.decode(Field.request(attribute: any))
        guard case .gauge(let points) = metrics.first?.scopes.first?.metrics.first?.data else { return nil }
        return points.first?.attributes["k"]
    }

    @Test func `fields we do not know are passed over`() throws {
        let known = Field.request(attribute: Field.text(1, "v"))
        let unknown =
            Field.int(100, .max) + Field.fixed64(101, 1) + Field.bytes(102, [0xFF]) + [0x3D | 0x80, 0x7D, 0, 0, 0, 0]
        let scope = Field.bytes(1, Field.bytes(2, unknown))
        #expect(try ExportRequest.decode(unknown + known + unknown) == ExportRequest.decode(known))
        #expect(try ExportRequest.decode(scope).first?.scopes == [.stub(metrics: [])])
    }

    @Test func `a resource and a scope may be absent`() throws {
        let metrics = try ExportRequest.decode(Field.request(attribute: Field.text(1, "v")))
        #expect(metrics == [.stub(.stub(.gauge([.stub(attributes: ["k": "v"], value: .int(1))])))])
    }

    @Test func `packed fields may come unpacked`() throws {
        let point = Field.fixed64(6, 5) + Field.fixed64(6, 6) + Field.fixed64(7, (1.5).bitPattern)
        let bytes = Field.request(metric: Field.bytes(9, Field.bytes(1, point) + Field.int(2, 2)))
        let expected = HistogramDataPoint(
            attributes: [:],
            start: .unknown,
            time: .unknown,
            count: 0,
            sum: nil,
            bucketCounts: [5, 6],
            explicitBounds: [1.5]
        )
        #expect(try ExportRequest.decode(bytes) == [.stub(.stub(.histogram([expected], .cumulative)))])
    }

    @Test func `an attribute without a value is an empty text`() throws {
        #expect(try attribute([]) == "")
    }

    @Test func `bytes become Base64`() throws {
        #expect(try attribute(Field.bytes(7, [])) == "")
        #expect(try attribute(Field.bytes(7, [0xFB])) == "+w==")
        #expect(try attribute(Field.bytes(7, [0xFB, 0xFF])) == "+/8=")
        #expect(try attribute(Field.bytes(7, [0, 1, 2, 0xFD])) == "AAEC/Q==")
    }

    @Test func `arrays and lists become JSON`() throws {
        let elements = [
            Field.text(1, "a\"\\\n"), Field.int(2, 1), Field.int(3, 7), Field.fixed64(4, (0.5).bitPattern),
            Field.fixed64(4, Double.infinity.bitPattern), Field.fixed64(4, (-Double.infinity).bitPattern),
            Field.fixed64(4, Double.nan.bitPattern), [], Field.bytes(5, []), Field.bytes(6, []),
            Field.bytes(7, [0xFB]),
        ]
        let array = Field.bytes(5, elements.flatMap { Field.bytes(1, $0) })
        let json = #"["a\"\\\u000a",true,7,0.5,"Infinity","-Infinity","NaN",null,[],{},"+w=="]"#
        #expect(try attribute(array) == .string(json))

        let list = Field.bytes(6, Field.bytes(1, Field.text(1, "x\u{1}") + Field.bytes(2, array)))
        #expect(try attribute(list) == .string(#"{"x\u0001":"# + json + "}"))
    }

    @Test func `a point without a value is left out, unless it ends its series (conformance 106)`() throws {
        let ended = Field.bytes(1, Field.int(8, 1))
        let endedWithValue = Field.bytes(1, Field.fixed64(6, 5) + Field.int(8, 1))
        let valueless = Field.bytes(1, Field.fixed64(3, 1))
        let valued = Field.bytes(1, Field.fixed64(6, 1))
        let gauge = Field.request(metric: Field.bytes(5, ended + endedWithValue + valueless + valued))
        let end = NumberDataPoint.stub().ended(at: .unknown)
        var other = end
        other.value = .int(5)
        #expect(try ExportRequest.decode(gauge) == [.stub(.stub(.gauge([end, other, .stub(value: .int(1))])))])

        let histogram = Field.request(metric: Field.bytes(9, Field.bytes(1, Field.int(10, 1)) + Field.int(2, 1)))
        guard case .histogram(let points, .delta) = try ExportRequest.decode(histogram)[0].scopes[0].metrics[0].data
        else { throw Unexpected() }
        #expect(points.map(\.isEnd) == [true])
        let exponential = Field.request(metric: Field.bytes(10, Field.bytes(1, Field.int(10, 1)) + Field.int(2, 1)))
        guard
            case .exponentialHistogram(let points, .delta) =
                try ExportRequest.decode(exponential)[0].scopes[0].metrics[0].data
        else { throw Unexpected() }
        #expect(points.map(\.isEnd) == [true])
    }

    private struct Unexpected: Error {}

    @Test func `metrics of other kinds are left out`() throws {
        let summary = Field.request(metric: Field.text(1, "s") + Field.bytes(11, Field.bytes(1, [])))
        #expect(try ExportRequest.decode(summary) == [.stub(scopes: [.stub(metrics: [])])])
    }

    @Test(arguments: [0, 3] as [UInt64])
    func `a sum says its temporality (conformance 84)`(temporality: UInt64) {
        let sum = Field.bytes(7, Field.int(2, temporality))
        #expect(throws: OTLPError.unspecifiedTemporality(metric: "m")) {
            try ExportRequest.decode(Field.request(metric: Field.text(1, "m") + sum))
        }
    }

    @Test func `text that is not UTF-8 is repaired`() throws {
        #expect(try attribute(Field.bytes(1, [0x61, 0xFF])) == "a\u{FFFD}")
    }
}
