import Metrics
import OTLP
import Testing

/// Our messages compared with the official descriptors and library, in both directions.
@Suite(.enabled(if: Official.isRequired)) struct WireCompatibilityTests {
    @Test func `our schema is a part of the official one`() throws {
        let compared = try #require(try Official.compareSchema())
        #expect(compared >= 101)
    }

    @Test(arguments: Sample.all)
    func `the official library reads our bytes`(sample: Sample) throws {
        try Official.check(ExportRequest.encode(sample.metrics), are: sample)
    }

    @Test(arguments: Sample.all)
    func `we read the official library's bytes`(sample: Sample) throws {
        #expect(try ExportRequest.decode(Official.encode(sample)) == sample.metrics)
    }

    @Test(arguments: Sample.all)
    func `our bytes are the official library's`(sample: Sample) throws {
        #expect(try ExportRequest.encode(sample.metrics) == Official.encode(sample))
    }

    @Test(arguments: Sample.all)
    func `the official library reads our JSON`(sample: Sample) throws {
        let bytes = try Official.encode(sample)
        #expect(try Official.parse(ExportRequest.json(bytes)) == bytes)
    }

    @Test(arguments: Sample.all)
    func `we read the official library's JSON`(sample: Sample) throws {
        let wire = try ExportRequest.fromJSON(Official.print(Official.encode(sample)))
        #expect(try ExportRequest.decode(wire) == sample.metrics)
        #expect(try Official.rewrite(wire) == Official.encode(sample))
    }

    @Test func `lengths are written as the official library does`() throws {
        let bytes = ExportRequest.encode(boundaryLengths.map { .withText(ofLength: $0) })
        #expect(try Official.rewrite(bytes) == bytes)
    }

    @Test func `a large request is written as the official library does`() throws {
        let bytes = ExportRequest.encode([.large(pointCount: 20_000)])
        #expect(bytes.count > 1 << 20)
        #expect(try Official.rewrite(bytes) == bytes)
    }

    @Test func `the official library reads our responses`() throws {
        try Official.check(
            ExportResponse(rejectedDataPoints: .max, errorMessage: "too many").encode(),
            are: "ExportMetricsServiceResponse",
            #"{"partial_success": {"rejected_data_points": "9223372036854775807", "error_message": "too many"}}"#
        )
        try Official.check(
            ExportResponse(errorMessage: "careful").encode(),
            are: "ExportMetricsServiceResponse",
            #"{"partial_success": {"error_message": "careful"}}"#
        )
        try Official.check(
            RPCStatus(code: 3, message: "bad").encode(),
            are: "Status",
            #"{"code": 3, "message": "bad"}"#
        )
    }
}
