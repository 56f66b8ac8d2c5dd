import Metrics
import OTLPExport
import Pipeline

/// An exporter whose points are counted before they are sent.
final class Counted: MetricExporter {
    private let exporter: OTLPHTTPExporter
    private let tally: Tally

    init(_ exporter: OTLPHTTPExporter, _ tally: Tally) { (self.exporter, self.tally) = (exporter, tally) }

    var temporality: TemporalityPreference { exporter.temporality }
    var histograms: HistogramAggregation { exporter.histograms }
    var identity: ExporterIdentity { exporter.identity }

    func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
        tally.begin(metrics.pointCount)
        return await exporter.export(metrics, isLast: isLast)
    }

    func shutdown() async { await exporter.shutdown() }
}
