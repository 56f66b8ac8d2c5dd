import Metrics
import OTLP
import System
import TestSupport
import Testing

@testable import OTLPExport
@testable import Pipeline

@Suite struct RequestEncoderTests {
    /// One metric of each kind with `points` points each, in two scopes of two resources.
    private func sample(points: Int) -> [ResourceMetrics] {
        let numbers = (0..<points).map { NumberDataPoint.sample(.int(Int64($0)), attributes: ["n": .int(Int64($0))]) }
        let time = Timestamp(unixNanoseconds: 2_000_000_000)
        let histogram = HistogramDataPoint(
            attributes: [:],
            start: time,
            time: time,
            count: 3,
            sum: 4.5,
            bucketCounts: [1, 2],
            explicitBounds: [1]
        )
        let exponential = ExponentialHistogramDataPoint(
            attributes: [:],
            start: time,
            time: time,
            count: 3,
            sum: 4.5,
            scale: 3,
            zeroCount: 1,
            positive: .init(offset: -4, counts: [1, 0, 1])
        )
        let data: [Metric.Data] = [
            .gauge(numbers), .sum(numbers, .delta, isMonotonic: true),
            .histogram(Array(repeating: histogram, count: points), .cumulative),
            .exponentialHistogram(Array(repeating: exponential, count: points), .delta),
        ]
        let metrics = data.map { Metric(name: "m", description: "", unit: "1", data: $0) }
        let scopes = ["a", "b"].map {
            ScopeMetrics(scope: Scope(name: $0, version: "1", schemaURL: ""), metrics: metrics)
        }
        return ["x", "y"].map { name in
            ResourceMetrics(resource: Resource(attributes: ["host.name": .string(name)], schemaURL: ""), scopes: scopes)
        }
    }

    /// `metrics` with one entry for each point: what must stay the same however they are cut.
    private func singles(_ metrics: [ResourceMetrics]) -> [[ResourceMetrics]] {
        var (rest, singles) = (metrics, [[ResourceMetrics]]())
        while rest.pointCount > 0 {
            let (first, others) = rest.split(afterPoint: 1)
            singles.append(first)
            rest = others
        }
        return singles
    }

    @Test func `metrics within the limit are one request with their points and their time`() {
        let metrics = sample(points: 2)
        let result = RequestEncoder(limit: 1_000_000, compression: .none).encode(metrics)
        #expect(result.droppedPoints == 0)
        let body = ExportRequest.encode(metrics)
        let time = Timestamp(unixNanoseconds: 2_000_000_000)
        #expect(result.requests == [EncodedRequest(body: body, compression: .none, pointCount: 32, time: time)])
    }

    @Test func `the limit itself is allowed, a byte more is not`() {
        let metrics = sample(points: 2)
        let size = ExportRequest.encode(metrics).count
        #expect(RequestEncoder(limit: size, compression: .none).encode(metrics).requests.count == 1)
        #expect(RequestEncoder(limit: size - 1, compression: .none).encode(metrics).requests.count == 2)
        #expect(RequestEncoder(limit: 0, compression: .none).encode(metrics).requests.count == 1)
    }

    @Test(arguments: [OTLPConfiguration.Compression.none, .gzip])
    func `what is too large becomes several requests, in order, each point once (conformance 50)`(
        compression: OTLPConfiguration.Compression
    ) throws {
        let metrics = sample(points: 25)
        let limit = 1500
        let result = RequestEncoder(limit: limit, compression: compression).encode(metrics)
        #expect(result.requests.count > 10)
        var arrived: [[ResourceMetrics]] = []
        for request in result.requests {
            #expect(request.compression == compression)
            // Measured before compression, although it may be far smaller after it.
            let bytes = compression == .gzip ? try Gzip.decompress(request.body, limit: .max) : request.body
            #expect(bytes.count <= limit)
            let part = try ExportRequest.decode(bytes)
            #expect(part.pointCount == request.pointCount)
            arrived += singles(part)
        }
        let expected = try singles(metrics).map { try ExportRequest.decode(ExportRequest.encode($0)) }
        #expect(try arrived.map { try ExportRequest.decode(ExportRequest.encode($0)) } == expected)
        #expect(arrived.count == 400)
    }

    @Test func `a point that is too large by itself is dropped and counted, the others are not`() throws {
        let huge = NumberDataPoint.sample(.int(1), attributes: ["text": .string(String(repeating: "x", count: 5000))])
        let small = NumberDataPoint.sample(.int(2))
        let metrics = [
            ResourceMetrics.sample([
                Metric(name: "m", description: "", unit: "1", data: .gauge([small, huge, small]))
            ])
        ]
        let result = RequestEncoder(limit: 1000, compression: .none).encode(metrics)
        #expect(result.droppedPoints == 1)
        #expect(result.problem?.failure == .tooLarge)
        #expect(result.requests.map(\.pointCount) == [1, 1])
    }

    @Test func `without points there is no request (conformance 51)`() {
        #expect(RequestEncoder(limit: 1, compression: .gzip).encode([.sample(points: 0)]) == .init())
    }

    @Test(arguments: [OTLPConfiguration.Compression.none, .gzip])
    func `halves have the points of the whole, and its time`(compression: OTLPConfiguration.Compression) throws {
        let metrics = sample(points: 3)
        let whole = try #require(RequestEncoder(limit: 0, compression: compression).encode(metrics).requests.first)
        let halves = try #require(whole.halves())
        #expect(halves.map(\.pointCount) == [24, 24])
        #expect(halves.allSatisfy { $0.time == whole.time && $0.compression == compression })
        let parts = try halves.flatMap { half in
            let bytes = compression == .gzip ? try Gzip.decompress(half.body, limit: .max) : half.body
            return singles(try ExportRequest.decode(bytes))
        }
        #expect(parts.map { ExportRequest.encode($0) } == singles(metrics).map { ExportRequest.encode($0) })
    }

    @Test func `a single point or a damaged body has no halves`() {
        let time = Timestamp.unknown
        #expect(EncodedRequest(body: [], compression: .none, pointCount: 1, time: time).halves() == nil)
        #expect(EncodedRequest(body: [1, 2, 3], compression: .none, pointCount: 2, time: time).halves() == nil)
        #expect(EncodedRequest(body: [1, 2, 3], compression: .gzip, pointCount: 2, time: time).halves() == nil)
    }
}
