internal import Metrics
internal import OTLP
internal import Pipeline
internal import System

/// Turns metrics into requests of a limited size.
struct RequestEncoder: Hashable, Sendable {
    /// What metrics became.
    struct Result: Hashable, Sendable {
        /// In the order of the points.
        var requests: [EncodedRequest] = []
        /// The points that are in no request.
        var droppedPoints = 0
        /// Why they are not.
        var problem: ExportProblem?
    }

    /// The greatest size of a request in bytes, before compression; 0 is no limit.
    var limit: Int
    /// What to do to the bodies.
    var compression: OTLPConfiguration.Compression

    /// Encodes `metrics` as one request, or as several where one would be larger than ``limit``.
    ///
    /// A single point that is too large for a request of its own is dropped and counted.
    func encode(_ metrics: [ResourceMetrics]) -> Result {
        var result = Result()
        // The last one is the next to be looked at.
        var parts = [metrics]
        while let part = parts.popLast() {
            let points = part.pointCount
            guard points > 0 else { continue }
            let bytes = ExportRequest.encode(part)
            if limit > 0, bytes.count > limit {
                guard points > 1 else {
                    let reason = "a single one takes \(bytes.count) bytes, and a request may take \(limit)"
                    result.drop(points, ExportProblem(failure: .tooLarge, reason: reason))
                    continue
                }
                let (first, second) = part.split(afterPoint: points / 2)
                parts += [second, first]
                continue
            }
            do throws(Gzip.Failure) {
                let body = compression == .gzip ? try Gzip.compress(bytes) : bytes
                let time = part.firstTime
                result.requests.append(
                    EncodedRequest(body: body, compression: compression, pointCount: points, time: time)
                )
            } catch {
                let reason = "they cannot be compressed: \(error)"
                result.drop(points, ExportProblem(failure: .encoding, reason: reason))
            }
        }
        return result
    }
}

extension RequestEncoder.Result {
    /// Counts `points` as dropped; the first reason stays.
    fileprivate mutating func drop(_ points: Int, _ problem: ExportProblem) {
        droppedPoints += points
        self.problem = self.problem ?? problem
    }
}
