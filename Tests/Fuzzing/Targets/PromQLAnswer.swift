@testable import Explain

extension FuzzTarget {
    /// The answer of a backend to a query.
    static let promQL = FuzzTarget("promql-answer") { bytes in
        guard let answer = PromQLAnswer.read(bytes) else { return }
        let count = answer.data?.result.count ?? 0
        try expect(count <= bytes.count, "\(count) rows in \(bytes.count) bytes")
    }
}
