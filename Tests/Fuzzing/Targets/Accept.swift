@testable import PrometheusExport

extension FuzzTarget {
    /// What a scraper accepts.
    static let accept = FuzzTarget("accept", sizeLimit: 1024) { bytes in
        let list = AcceptList(String(decoding: bytes, as: UTF8.self))
        _ = list.prefersGzip
        let weights = list.elements.map(\.weight)
        try expect(weights.allSatisfy { (0...1).contains($0) }, "weights are from 0 to 1: \(weights)")
        try expect(zip(weights, weights.dropFirst()).allSatisfy { $0 >= $1 }, "the preferred are first: \(weights)")
    }
}
