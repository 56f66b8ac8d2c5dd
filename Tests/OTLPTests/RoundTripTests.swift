import Metrics
import OTLP
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: Sample.all)
    func `a sample comes back`(sample: Sample) throws {
        #expect(try ExportRequest.decode(ExportRequest.encode(sample.metrics)) == sample.metrics)
    }

    @Test(arguments: boundaryLengths)
    func `texts of a length come back (conformance 93)`(length: Int) throws {
        let metrics = [ResourceMetrics.withText(ofLength: length)]
        #expect(try ExportRequest.decode(ExportRequest.encode(metrics)) == metrics)
    }

    @Test func `a large request comes back`() throws {
        let metrics = [ResourceMetrics.large(pointCount: 20_000)]
        #expect(try ExportRequest.decode(ExportRequest.encode(metrics)) == metrics)
    }

    @Test(arguments: [0, 1, 159, 160, 5000])
    func `a number of buckets comes back`(count: Int) throws {
        let counts = (0..<count).map { UInt64.max / UInt64($0 + 1) }
        let metrics: [ResourceMetrics] = [
            .stub(
                .stub(
                    .histogram([.stub(bucketCounts: counts, explicitBounds: counts.map { 1 / Double($0) })], .delta)
                )
            ),
            .stub(.stub(.exponentialHistogram([.stub(positive: .init(offset: -1, counts: counts))], .cumulative))),
        ]
        #expect(try ExportRequest.decode(ExportRequest.encode(metrics)) == metrics)
    }
}
