import Metrics
import OTLP
import Testing

/// Malformed and malicious messages.
@Suite struct MalformedTests {
    private let request = "opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest"

    @Test(arguments: Sample.all)
    func `a part of a request is malformed`(sample: Sample) throws {
        let bytes = ExportRequest.encode(Array(sample.metrics.prefix(1)))
        for length in 1..<bytes.count {
            #expect(throws: OTLPError.malformed(message: request)) {
                try ExportRequest.decode(Array(bytes.prefix(length)))
            }
        }
    }

    @Test func `a part of a response or a status is malformed`() throws {
        let response = ExportResponse(rejectedDataPoints: 300, errorMessage: "why").encode()
        for length in 1..<response.count {
            #expect(throws: OTLPError.self) { try ExportResponse.decode(Array(response.prefix(length))) }
        }
        #expect(throws: OTLPError.malformed(message: "google.rpc.Status")) { try RPCStatus.decode([0x12, 5, 0x61]) }
    }

    @Test(arguments: [[0x0B], [0x0C], [0xFF], [0x0A, 0xFF], [0x08], [0x09, 0], [0x0D, 0]] as [[UInt8]])
    func `a broken field is malformed`(bytes: [UInt8]) {
        #expect(throws: OTLPError.malformed(message: request)) { try ExportRequest.decode(bytes) }
    }

    @Test func `a text page is not a status`() {
        #expect(throws: OTLPError.self) { try RPCStatus.decode(Array("<html>404 page not found</html>".utf8)) }
    }

    @Test(arguments: Sample.all)
    func `changed bytes never crash`(sample: Sample) {
        let bytes = ExportRequest.encode(sample.metrics)
        for position in bytes.indices {
            for value: UInt8 in [0x00, 0x01, 0x7F, 0x80, 0xFF, bytes[position] ^ 0x08, bytes[position] &+ 1] {
                var changed = bytes
                changed[position] = value
                // It may still be a request; it only matters that the decoder returns.
                _ = try? ExportRequest.decode(changed)
            }
        }
    }

    /// An attribute value of nested arrays, with two messages for each level.
    private func nested(_ levels: Int) -> [UInt8] {
        var any: [UInt8] = []
        for _ in 0..<levels {
            any = Field.bytes(5, Field.bytes(1, any))
        }
        return Field.request(attribute: any)
    }

    @Test func `nesting is bounded`() throws {
        // Seven messages enclose the attribute's value, which is a message itself: 8 + 2 * 46 = 100.
        #expect(try ExportRequest.decode(nested(46)).first?.pointCount == 1)
        #expect(throws: OTLPError.nestedTooDeeply(message: request)) { try ExportRequest.decode(nested(47)) }
        #expect(throws: OTLPError.nestedTooDeeply(message: request)) { try ExportRequest.decode(nested(20_000)) }
    }

    @Test func `memory is bounded`() {
        let empty = Array(repeating: [0x0A, 0x00] as [UInt8], count: 1 << 19).flatMap(\.self)
        #expect(throws: OTLPError.tooLarge(message: request)) { try ExportRequest.decode(empty) }
    }
}
