import Foundation

/// Samples of Prometheus: the value by a text of the name and the labels in a fixed order.
struct PrometheusSamples: Equatable {
    /// The values by name and labels, with keys such as `name{a="1",b="2"}`.
    private(set) var values: [String: Double] = [:]

    /// Reads an exposition without escapes.
    init(exposition: String) {
        for line in exposition.split(separator: "\n") where !line.hasPrefix("#") {
            guard let end = line.lastIndex(of: " "), let value = Double(line[line.index(after: end)...]) else {
                continue
            }
            let parts = line[..<end].split(separator: "{", maxSplits: 1)
            let labels = parts.count == 2 ? parts[1].dropLast().matches(of: /([a-z_]+)="([^"]*)"/) : []
            add(String(parts[0]), labels.map { (String($0.1), String($0.2)) }, value)
        }
    }

    /// Reads the answer of a real Prometheus to a query, without the labels that Prometheus added.
    init(answer: String) throws {
        struct Answer: Decodable {
            struct Content: Decodable { var result: [Result] }
            struct Result: Decodable {
                var metric: [String: String]
                var value: Value
            }
            /// The time, and the value as text.
            struct Value: Decodable {
                var number: Double?
                init(from decoder: any Decoder) throws {
                    var parts = try decoder.unkeyedContainer()
                    _ = try parts.decode(Double.self)
                    number = Double(try parts.decode(String.self))
                }
            }
            var data: Content
        }
        for result in try JSONDecoder().decode(Answer.self, from: Data(answer.utf8)).data.result {
            guard let name = result.metric["__name__"], let value = result.value.number else { continue }
            let labels = result.metric.filter { !["__name__", "job", "instance"].contains($0.key) }
            add(name, labels.map { ($0.key, $0.value) }, value)
        }
    }

    /// The samples whose name and labels contain `text`.
    func containing(_ text: String) -> [String: Double] {
        values.filter { $0.key.contains(text) }
    }

    private mutating func add(_ name: String, _ labels: [(String, String)], _ value: Double) {
        let text = labels.sorted { $0.0 < $1.0 }.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
        values["\(name){\(text)}"] = value
    }
}
