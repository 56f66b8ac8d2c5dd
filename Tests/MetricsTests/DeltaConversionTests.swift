import Testing

@testable import Metrics

@Suite struct DeltaConversionTests {
    private static let start = Timestamp(unixNanoseconds: 100)

    private func at(_ time: UInt64) -> Timestamp { Timestamp(unixNanoseconds: time) }

    private func number(_ value: Int64, _ series: String, at time: UInt64, start: Timestamp = start) -> NumberDataPoint
    {
        NumberDataPoint(attributes: ["series": .string(series)], start: start, time: at(time), value: .int(value))
    }

    private func counter(_ points: NumberDataPoint..., isMonotonic: Bool = true) -> Metric.Data {
        .sum(points, .cumulative, isMonotonic: isMonotonic)
    }

    private func convert(_ conversion: inout DeltaConversion, _ data: Metric.Data?) -> Metric.Data? {
        let metrics = data.map { [Metric(name: "a", description: "", unit: "1", data: $0)] } ?? []
        let scope = ScopeMetrics(scope: Scope(name: "s", version: "1", schemaURL: ""), metrics: metrics)
        let resource = ResourceMetrics(resource: Resource(attributes: [:], schemaURL: ""), scopes: [scope])
        return conversion.convert([resource])[0].scopes[0].metrics.first?.data
    }

    @Test func `a delta begins where the one before it ended (conformance 79)`() {
        var conversion = DeltaConversion(.delta)
        let first = convert(&conversion, counter(number(5, "x", at: 200)))
        #expect(first == .sum([number(5, "x", at: 200)], .delta, isMonotonic: true))
        let second = convert(&conversion, counter(number(8, "x", at: 300)))
        #expect(second == .sum([number(3, "x", at: 300, start: at(200))], .delta, isMonotonic: true))
        let third = convert(&conversion, counter(number(8, "x", at: 400)))
        #expect(third == .sum([number(0, "x", at: 400, start: at(300))], .delta, isMonotonic: true))
    }

    @Test func `a series that comes later begins with the collection before`() {
        var conversion = DeltaConversion(.delta)
        _ = convert(&conversion, counter(number(5, "x", at: 200)))
        let second = convert(&conversion, counter(number(5, "x", at: 300), number(2, "y", at: 300)))
        let expected = [number(0, "x", at: 300, start: at(200)), number(2, "y", at: 300, start: at(200))]
        #expect(second == .sum(expected, .delta, isMonotonic: true))
    }

    @Test func `counting that began anew gives what there is since then`() {
        var conversion = DeltaConversion(.delta)
        _ = convert(&conversion, counter(number(5, "x", at: 200)))
        let restarted = number(7, "x", at: 300, start: at(250))
        #expect(convert(&conversion, counter(restarted)) == .sum([restarted], .delta, isMonotonic: true))
    }

    @Test func `a series that has ended passes, and is new when it comes back`() {
        var conversion = DeltaConversion(.delta)
        _ = convert(&conversion, counter(number(5, "x", at: 200)))
        let end = number(5, "x", at: 300).ended(at: at(300))
        #expect(convert(&conversion, counter(end)) == .sum([end], .delta, isMonotonic: true))
        let again = convert(&conversion, counter(number(6, "x", at: 400)))
        #expect(again == .sum([number(6, "x", at: 400, start: at(300))], .delta, isMonotonic: true))
    }

    @Test func `what a resource had is forgotten with it`() {
        var conversion = DeltaConversion(.delta)
        func convert(_ host: String, _ value: Int64, at time: UInt64) -> [ResourceMetrics] {
            let metric = Metric(name: "a", description: "", unit: "1", data: counter(number(value, "x", at: time)))
            let scope = ScopeMetrics(scope: Scope(name: "s", version: "1", schemaURL: ""), metrics: [metric])
            let resource = Resource(attributes: ["host.name": .string(host)], schemaURL: "")
            return conversion.convert([ResourceMetrics(resource: resource, scopes: [scope])])
        }
        _ = convert("old", 5, at: 200)
        _ = convert("new", 6, at: 300)
        let whole = Metric.Data.sum([number(7, "x", at: 400)], .delta, isMonotonic: true)
        #expect(convert("old", 7, at: 400)[0].scopes[0].metrics[0].data == whole)
    }

    @Test func `a collection that failed is in the next delta`() {
        var conversion = DeltaConversion(.delta)
        _ = convert(&conversion, counter(number(5, "x", at: 200)))
        #expect(convert(&conversion, nil) == nil)
        let third = convert(&conversion, counter(number(9, "x", at: 400)))
        #expect(third == .sum([number(4, "x", at: 400, start: at(200))], .delta, isMonotonic: true))
    }

    @Test(arguments: TemporalityPreference.allCases)
    func `each preference takes what the specification says (conformance 76)`(preference: TemporalityPreference) {
        var conversion = DeltaConversion(preference)
        let monotonic = convert(&conversion, counter(number(5, "x", at: 200)))
        #expect(monotonic?.temporality == (preference == .delta ? .delta : .cumulative))
        let upDown = convert(&conversion, counter(number(5, "x", at: 200), isMonotonic: false))
        #expect(upDown?.temporality == .cumulative)
        let histogram = convert(&conversion, .exponentialHistogram([exponential([161: 1], at: 200)], .cumulative))
        #expect(histogram?.temporality == (preference == .cumulative ? .cumulative : .delta))
    }

    /// Each measurement adds a whole second to the sum, so that sums are exact.
    private static func distribution(_ counts: [Int: UInt64]) -> Distribution {
        Distribution(counts, sum: counts.values.reduce(0, +) * 1_000_000_000)
    }

    private func exponential(_ counts: [Int: UInt64], at time: UInt64) -> ExponentialHistogramDataPoint {
        Self.distribution(counts).exponentialPoint(attributes: [:], start: Self.start, time: at(time))
    }

    /// Growing distributions: the second has another scale, another range, or nothing new.
    @Test(arguments: [
        [[161: 3], [161: 3, 162: 1]], [[10: 3], [10: 5, 380: 2]], [[0: 1], [0: 4, 200: 1]], [[7: 2], [7: 2]],
        [[:], [5: 1]], [[100: 1, 300: 1], [1: 1, 100: 1, 300: 2, 384: 9]],
    ])
    func `deltas of both histograms add up to the cumulative ones`(growth: [[Int: UInt64]]) throws {
        var conversion = DeltaConversion(.delta)
        var explicit = DeltaConversion(.delta)
        var (counts, sums, octaves) = ([UInt64](), 0.0, [UInt64](repeating: 0, count: 50))
        for (index, distribution) in growth.enumerated() {
            let time = UInt64(200 + index)
            let whole = exponential(distribution, at: time)
            guard
                case .exponentialHistogram(let points, .delta) = convert(
                    &conversion,
                    .exponentialHistogram([whole], .cumulative)
                )
            else { throw Unexpected() }
            counts.append(points[0].count)
            sums += points[0].sum ?? .nan
            #expect(points[0].scale == whole.scale)
            #expect(points[0].zeroCount + points[0].positive.counts.reduce(0, +) == points[0].count)
            #expect(counts.reduce(0, +) == whole.count)
            #expect(sums == whole.sum)

            let fixed = try #require(whole.merged(BucketBounds(-20...28)))
            guard case .histogram(let parts, .delta) = convert(&explicit, .histogram([fixed], .cumulative)) else {
                throw Unexpected()
            }
            #expect(parts[0].count == points[0].count)
            for (bucket, count) in parts[0].bucketCounts.enumerated() { octaves[bucket] += count }
            #expect(octaves == fixed.bucketCounts)
        }
    }

    private struct Unexpected: Error {}
}

extension Metric.Data {
    fileprivate var temporality: Temporality? {
        switch self {
        case .gauge: nil
        case .sum(_, let temporality, _), .histogram(_, let temporality), .exponentialHistogram(_, let temporality):
            temporality
        }
    }
}
