import HTTPServer
import Metrics
import Synchronization
import TestSupport
import Testing

@testable import Pipeline
@testable import PrometheusExport

/// Exporters of one reader that want distributions in different forms.
@Suite struct ExporterFormTests {
    /// A distribution whose range grows with each collection.
    private final class Growing: MetricProducer {
        private var counts: [UInt64] = Array(repeating: 0, count: Distribution.bucketCount)
        private var next = 161

        func metrics(at time: Timestamp) -> [Metric] {
            counts[next] += 1
            next += 8
            let distribution = Distribution(counts: counts, sum: 1_000_000_000)
            let start = Timestamp(unixNanoseconds: 1)
            let point = distribution.exponentialPoint(attributes: [:], start: start, time: time)
            let data = Metric.Data.exponentialHistogram([point], .cumulative)
            return [Metric(name: "m", description: "", unit: "s", data: data, bounds: BucketBounds(-2...2))]
        }
    }

    /// Records its exports.
    private final class Recorder: MetricExporter {
        let histograms: HistogramAggregation
        let temporality: TemporalityPreference
        private let data = Mutex<[Metric.Data]>([])

        init(_ histograms: HistogramAggregation, _ temporality: TemporalityPreference = .cumulative) {
            (self.histograms, self.temporality) = (histograms, temporality)
        }

        /// The buckets of each export, in one form.
        var buckets: [[UInt64]] {
            data.withLock { $0 }.map { data in
                switch data {
                case .histogram(let points, _): points[0].bucketCounts
                case .exponentialHistogram(let points, _): points[0].positive.counts.filter { $0 > 0 }
                case .gauge, .sum: []
                }
            }
        }

        func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
            data.withLock { $0 += metrics.flatMap(\.scopes).flatMap(\.metrics).map(\.data) }
            return ExportOutcome()
        }

        func shutdown() async {}
    }

    @Test(arguments: HistogramAggregation.allCases, TemporalityPreference.allCases)
    func `each exporter has its form, and a scrape always has fixed bounds`(
        form: HistogramAggregation,
        temporality: TemporalityPreference
    ) async {
        let exporters = [Recorder(form, temporality), Recorder(.explicitBuckets), Recorder(.exponential)]
        let sdk = SDKMetrics(start: Timestamp(unixNanoseconds: 1))
        let time = Mutex<UInt64>(1)
        let reader = PeriodicReader(
            producers: MetricProducers(machine: [Growing()]),
            exporters: exporters,
            resource: Resource(attributes: [:], schemaURL: ""),
            scope: Scope(name: "", version: "", schemaURL: ""),
            sdk: sdk,
            clock: ManualClock(),
            now: {
                Timestamp(
                    unixNanoseconds: time.withLock {
                        $0 += 1
                        return $0
                    }
                )
            }
        )
        _ = await reader.round()
        _ = await reader.round()
        #expect(exporters[1].buckets == [[0, 0, 0, 1, 0, 0], [0, 0, 0, 1, 1, 0]])
        #expect(exporters[2].buckets == [[1], [1, 1]])
        let isDelta = temporality != .cumulative
        switch form {
        case .explicitBuckets:
            #expect(exporters[0].buckets == [[0, 0, 0, 1, 0, 0], isDelta ? [0, 0, 0, 0, 1, 0] : [0, 0, 0, 1, 1, 0]])
        case .exponential: #expect(exporters[0].buckets == [[1], isDelta ? [1] : [1, 1]])
        }

        let scrapes = PrometheusScrapes(reader: reader, sdk: sdk) { _ in }
        let response = await scrapes.answer(HTTPRequest(method: "GET", path: "/metrics"))
        let lines = String(decoding: response.body, as: UTF8.self).split(separator: "\n")
        let bounds = lines.compactMap { $0.firstMatch(of: /le="(.*)"/).map { String($0.1) } }
        #expect(bounds == ["0.25", "0.5", "1.0", "2.0", "4.0", "+Inf"])
    }
}
