import CommandSupport
import ConsoleExport
import Metrics
import OTLPExport
import Pipeline
import Resource
import Settings
import System

extension ExporterPlan {
    /// Creates the exporter; nil for one that does not send.
    ///
    /// - Parameter isSuccessor: Whether another exporter of this process has its spool, and ends before the first
    ///   export.
    /// - Returns: The exporter.
    /// - Throws: ``Failure`` when it can't be created.
    func exporter(isSuccessor: Bool = false) throws(Failure) -> (any MetricExporter)? {
        switch self {
        case .otlp(let configuration):
            do {
                return try OTLPHTTPExporter(configuration, version: Program.version, isSuccessor: isSuccessor)
            } catch let error as SpoolError where error.kind == .misconfigured {
                throw Failure(usage: "\(error)")
            } catch {
                throw Failure("\(error)")
            }
        case .prometheus:
            return nil
        case .console(let histograms):
            return ConsoleExporter(histograms: histograms, write: StandardStream.output.write)
        }
    }
}
