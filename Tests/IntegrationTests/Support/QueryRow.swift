import Foundation

/// A row of a backend's answer to a query in PromQL.
struct QueryRow: Equatable {
    /// Its labels.
    var labels: [String: String]
    /// Its current value.
    var value: Double

    /// Reads an answer; VictoriaMetrics and Prometheus use the same form.
    ///
    /// - Throws: When the query was refused.
    static func read(_ answer: String) throws -> [Self] {
        let json = try? JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
        guard let rows = (json?["data"] as? [String: Any])?["result"] as? [[String: Any]] else {
            throw Timeout(description: "the query was not answered: \(answer)")
        }
        return rows.compactMap { row in
            // A sample is its time and its value, which is a text.
            guard let value = ((row["value"] as? [Any])?.last as? String).flatMap({ Double($0) }) else { return nil }
            return Self(labels: row["metric"] as? [String: String] ?? [:], value: value)
        }
    }
}
