import Metrics

@testable import OTLPExport

/// Requests whose points are numbers, so that it shows what became of each.
enum SimulatedRequest {
    /// A request with `points`, at least `size` bytes long.
    static func encoded(_ points: [Int], size: Int) -> EncodedRequest {
        var body: [UInt8] = []
        for point in points {
            body += stride(from: 0, to: 32, by: 8).map { UInt8(truncatingIfNeeded: point >> $0) }
        }
        body += [UInt8](repeating: 0, count: max(size - body.count, 0))
        let time = Timestamp(unixNanoseconds: UInt64(points[0]))
        return EncodedRequest(body: body, compression: .none, pointCount: points.count, time: time)
    }

    /// The points of `request`.
    static func points(_ request: EncodedRequest) -> [Int] {
        (0..<request.pointCount).map { index in
            request.body[index * 4..<index * 4 + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
    }
}
