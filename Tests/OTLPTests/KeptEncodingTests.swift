import Metrics
import OTLP
import Testing

/// What ``ExportRequest/encode(_:)`` writes is, byte for byte, what protobuf-c writes.
@Suite struct KeptEncodingTests {
    @Test(arguments: Sample.all)
    func `a sample is written as by protobuf-c`(sample: Sample) {
        #expect(ExportRequest.encode(sample.metrics) == ExportRequest.pack(sample.metrics))
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `random metrics are written as by protobuf-c, each time again`(seed: UInt64) {
        var random = RandomMetrics(seed: seed)
        for _ in 0..<25 {
            let metrics = random.metrics()
            let expected = ExportRequest.pack(metrics)
            #expect(ExportRequest.encode(metrics) == expected)
            #expect(ExportRequest.encode(metrics) == expected, "from kept bytes")
            let request = MeasuredRequest(metrics)
            #expect(request.size == expected.count)
        }
    }

    @Test(arguments: [0, 1, 2, 126, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152])
    func `lengths are written as by protobuf-c`(length: Int) {
        let metrics = [ResourceMetrics.withText(ofLength: length)]
        #expect(ExportRequest.encode(metrics) == ExportRequest.pack(metrics))
        let counts = [UInt64](repeating: 1, count: length)
        let buckets: [ResourceMetrics] = [
            .stub(.stub(.exponentialHistogram([.stub(positive: .init(offset: 1, counts: counts))], .delta)))
        ]
        #expect(ExportRequest.encode(buckets) == ExportRequest.pack(buckets))
    }

    @Test func `one set of attributes is kept for all kinds of points`() {
        let attributes: Attributes = ["a": "b", "number": 300, "text": .string(String(repeating: "x", count: 300))]
        let number = NumberDataPoint.stub(attributes: attributes)
        let metrics: [Metric] = [
            .stub(.gauge([number])), .stub(.histogram([.stub(attributes: attributes)], .cumulative)),
            .stub(.exponentialHistogram([.stub(attributes: attributes)], .cumulative)),
        ]
        // The kind that is first decides what is kept; the resource has the number of an exponential histogram.
        for order in [[0, 1, 2], [1, 2, 0], [2, 0, 1]] {
            let copy = Attributes(Array(attributes))
            let request = [
                ResourceMetrics.stub(scopes: [.stub(metrics: order.map { metrics[$0].with(copy) })]),
                ResourceMetrics.stub(attributes: copy, scopes: [.stub(metrics: [metrics[0].with(copy)])]),
            ]
            #expect(ExportRequest.encode(request) == ExportRequest.pack(request))
        }
    }

    @Test func `a set that is changed has other bytes, and its copy those that it had`() {
        let one: Attributes = ["a": 1]
        func bytes(_ attributes: Attributes) -> [UInt8] {
            ExportRequest.encode([.stub(.stub(.gauge([.stub(attributes: attributes)])))])
        }
        let before = bytes(one)
        var other = one
        other["a"] = 2
        #expect(bytes(other) != before)
        #expect(bytes(one) == before)
        other["a"] = nil
        #expect(bytes(other) == bytes([:]))
    }

    @Test func `several threads may encode the same series for the first time`() async {
        for _ in 0..<50 {
            let points = (0..<20).map { NumberDataPoint.stub(attributes: ["index": .int(Int64($0))]) }
            let metrics: [[ResourceMetrics]] = [
                [.stub(.stub(.gauge(points)))],
                [.stub(.stub(.histogram(points.map { .stub(attributes: $0.attributes) }, .cumulative)))],
            ]
            let expected = metrics.map { ExportRequest.pack($0) }
            await withTaskGroup(of: Bool.self) { group in
                for index in 0..<8 {
                    group.addTask { ExportRequest.encode(metrics[index % 2]) == expected[index % 2] }
                }
                for await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func `a buffer is used again if it is large enough`() {
        var buffer: [UInt8] = []
        let large = [ResourceMetrics.large(pointCount: 1000)]
        MeasuredRequest(large).write(to: &buffer)
        #expect(buffer == ExportRequest.pack(large))
        let place = address(of: buffer)
        let small = [ResourceMetrics.large(pointCount: 999)]
        MeasuredRequest(small).write(to: &buffer)
        #expect(buffer == ExportRequest.pack(small))
        #expect(address(of: buffer) == place)
        let larger = [ResourceMetrics.large(pointCount: 2000)]
        MeasuredRequest(larger).write(to: &buffer)
        #expect(buffer == ExportRequest.pack(larger))
        MeasuredRequest([]).write(to: &buffer)
        #expect(buffer.isEmpty)
    }
}

private func address(of bytes: [UInt8]) -> UInt {
    unsafe bytes.withUnsafeBufferPointer { bytes in UInt(bitPattern: bytes.baseAddress) }
}

extension Metric {
    /// The metric with these attributes at all points.
    fileprivate func with(_ attributes: Attributes) -> Metric {
        func change<Point: DataPoint>(_ points: [Point]) -> [Point] {
            points.map { point in
                var point = point
                point.attributes = attributes
                return point
            }
        }
        var metric = self
        switch data {
        case .gauge(let points): metric.data = .gauge(change(points))
        case .sum(let points, let temporality, let isMonotonic):
            metric.data = .sum(change(points), temporality, isMonotonic: isMonotonic)
        case .histogram(let points, let temporality): metric.data = .histogram(change(points), temporality)
        case .exponentialHistogram(let points, let temporality):
            metric.data = .exponentialHistogram(change(points), temporality)
        }
        return metric
    }
}
