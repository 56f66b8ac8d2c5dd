internal import Metrics
internal import OTLP
internal import Pipeline
internal import System

/// Encodes metrics as requests of limited size.
struct RequestEncoder: Hashable, Sendable {
    /// The requests, and the points that are not in them.
    struct Result: Hashable, Sendable {
        /// In the order of the points.
        var requests: [EncodedRequest] = []
        /// The number of points that are not in any request.
        var droppedPoints = 0
        /// Why they were dropped.
        var problem: ExportProblem?
    }

    /// The most bytes of memory that are kept for the next call.
    ///
    /// Enough for 5000 points. To use memory that is new to the process costs as much as to encode the points; with
    /// more points than that, the memory is worth more to others.
    private static let mostMemory = 1 << 20

    /// The greatest size of a request in bytes, before compression; 0 means no limit.
    var limit: Int
    /// How bodies are compressed.
    var compression: OTLPConfiguration.Compression

    /// Encodes `metrics` as one request, or as several if one would be larger than ``limit``.
    ///
    /// A single point that is too large for a request of its own is dropped and counted.
    ///
    /// - Parameter metrics: The metrics.
    /// - Returns: The requests, and the points that are not in them.
    func encode(_ metrics: [ResourceMetrics]) -> Result {
        var buffer: [UInt8] = []
        return encode(metrics, with: &buffer)
    }

    /// Encodes `metrics` as ``encode(_:)`` does, in memory that is used again.
    ///
    /// - Parameters:
    ///   - metrics: The metrics.
    ///   - buffer: Memory from the previous call, for what is compressed.
    /// - Returns: The requests, and the points that are not in them.
    func encode(_ metrics: [ResourceMetrics], with buffer: inout [UInt8]) -> Result {
        var result = Result()
        // A stack: the last part is encoded next.
        var parts = [metrics]
        while let part = parts.popLast() {
            let points = part.pointCount
            guard points > 0 else { continue }
            let request = MeasuredRequest(part)
            if limit > 0, request.size > limit {
                guard points > 1 else {
                    let reason = "a single one takes \(request.size) bytes, more than the limit of a request (\(limit))"
                    result.drop(points, ExportProblem(failure: .tooLarge, reason: reason))
                    continue
                }
                let (first, second) = part.split(afterPoint: points / 2)
                parts += [second, first]
                continue
            }
            do throws(GzipError) {
                let body: [UInt8]
                switch compression {
                case .none:
                    // The request is kept, so it must not take more memory than it needs.
                    body = request.bytes()
                case .gzip:
                    request.write(to: &buffer)
                    body = try Gzip.compress(buffer)
                }
                let time = part.firstTime
                result.requests.append(
                    EncodedRequest(body: body, compression: compression, pointCount: points, time: time)
                )
            } catch {
                let reason = "they cannot be compressed: \(error)"
                result.drop(points, ExportProblem(failure: .encoding, reason: reason))
            }
        }
        if buffer.capacity > Self.mostMemory { buffer = [] }
        return result
    }
}

extension RequestEncoder.Result {
    /// Counts `points` as dropped; the first problem is kept.
    fileprivate mutating func drop(_ points: Int, _ problem: ExportProblem) {
        droppedPoints += points
        self.problem = self.problem ?? problem
    }
}
