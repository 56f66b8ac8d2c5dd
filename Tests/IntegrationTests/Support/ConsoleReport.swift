/// The last collection that the console exporter of `tcplens run` printed.
struct ConsoleReport {
    /// The values by metric and by attributes, which are in the order of their keys.
    private var values: [String: [String: String]] = [:]

    /// Reads the last collection of `output`.
    init(_ output: String) {
        var metric = ""
        for line in output.split(separator: "\n") {
            if line.hasPrefix("Resource ") {
                // The agent's own resource belongs to the collection before it.
                if !line.contains("process.pid=") { values = [:] }
            } else if line.hasPrefix("  ") {
                // Attributes, two spaces or more, the value.
                let text = line.drop { $0 == " " }
                let columns = text.split(separator: "  ", maxSplits: 1, omittingEmptySubsequences: true)
                let attributes = columns.count == 2 ? String(columns[0]) : ""
                values[metric, default: [:]][attributes] = String(columns.last?.drop { $0 == " " } ?? "")
            } else if let name = line.split(separator: " ").first {
                metric = String(name)
            }
        }
    }

    /// All collections of `output`, in their order.
    static func all(_ output: String) -> [ConsoleReport] {
        // The agent's own resource, which has its process, belongs to the collection before it.
        let starts = output.matches(of: /(?m)^Resource (?!.*process\.pid=)/).map(\.range.lowerBound)
        return zip(starts, starts.dropFirst() + [output.endIndex]).map { ConsoleReport(String(output[$0..<$1])) }
    }

    /// The sum of the points of `metric` whose attributes contain all of `attributes`, such as `error.type=refused`.
    func sum(_ metric: String, _ attributes: String...) -> Int {
        values[metric, default: [:]]
            .filter { point in attributes.allSatisfy { " \(point.key) ".contains(" \($0) ") } }
            .reduce(0) { $0 + (Int($1.value) ?? 0) }
    }

    /// How many handshakes failed whose attributes contain all of `attributes`.
    func failures(_ attributes: String...) -> Int {
        values["tcplens.handshakes", default: [:]]
            .filter { point in
                point.key.contains("error.type=") && attributes.allSatisfy { " \(point.key) ".contains(" \($0) ") }
            }
            .reduce(0) { $0 + (Int($1.value) ?? 0) }
    }

    /// The attributes of the points of `metric`, in the order of their keys.
    func points(_ metric: String) -> [String] {
        values[metric, default: [:]].keys.sorted()
    }

    /// The value of the one point of `metric` whose attributes contain all of `attributes`.
    func number(_ metric: String, _ attributes: String...) -> Double? {
        values[metric, default: [:]].first { point in
            attributes.allSatisfy { " \(point.key) ".contains(" \($0) ") }
        }.flatMap { Double($0.value) }
    }

    /// How many points `metric` has.
    func count(_ metric: String) -> Int {
        values[metric, default: [:]].count
    }

    /// A distribution.
    struct Histogram {
        /// How many measurements there are.
        var count: Int
        /// Their sum, in seconds.
        var sum: Double
        /// The lower bound of the first bucket with measurements and the upper bound of the last: (lower, upper].
        var lower: Double
        var upper: Double
    }

    /// The distribution of the one point of `metric` whose attributes contain all of `attributes`.
    func histogram(_ metric: String, _ attributes: String...) -> Histogram? {
        let point = values[metric, default: [:]].first { point in
            attributes.allSatisfy { " \(point.key) ".contains(" \($0) ") }
        }
        guard let match = point?.value.firstMatch(of: /count=(\d+)\s+sum=(\S+) s\s+\((\S+), (\S+)\]/) else {
            return nil
        }
        guard let count = Int(match.1), let sum = Double(match.2) else { return nil }
        guard let lower = Double(match.3), let upper = Double(match.4) else { return nil }
        return Histogram(count: count, sum: sum, lower: lower, upper: upper)
    }

    /// How often the state `previous` changed into `state`, by the names of the conventions.
    func transitions(_ previous: String, _ state: String, _ attributes: String...) -> Int {
        let all = ["network.connection.state=\(state)", "tcplens.connection.state.previous=\(previous)"] + attributes
        return values["tcplens.connection.transitions", default: [:]]
            .filter { point in all.allSatisfy { " \(point.key) ".contains(" \($0) ") } }
            .reduce(0) { $0 + (Int($1.value) ?? 0) }
    }

    /// How many connections were in each state, to compare with a ``SocketTable`` of another source.
    var stocks: SocketTable {
        var table = SocketTable()
        for (attributes, value) in values["system.network.connection.count", default: [:]] {
            let parts = attributes.split(separator: " ").map { $0.split(separator: "=") }
            let named = Dictionary(parts.map { ($0[0], String($0.last ?? "")) }) { $1 }
            guard let state = named["network.connection.state"], let type = named["network.type"] else { continue }
            table.add(state, type, Int(value) ?? 0)
        }
        return table
    }

    /// How many connections were in `state`.
    func stock(_ state: String, _ attributes: String...) -> Int {
        let all = ["network.connection.state=\(state)"] + attributes
        return values["system.network.connection.count", default: [:]]
            .filter { point in all.allSatisfy { " \(point.key) ".contains(" \($0) ") } }
            .reduce(0) { $0 + (Int($1.value) ?? 0) }
    }
}

/// An agent that prints two collections: one when it starts, and one when it ends.
final class Agent {
    private let process: RunningProcess

    /// The collection at its start.
    let first: ConsoleReport

    /// Starts an agent in the namespace of `traffic` and waits for its first collection.
    init(in traffic: Traffic, _ options: [String] = [], exponential: Bool = false) throws {
        var environment = ["OTEL_METRICS_EXPORTER": "console"]
        if exponential {
            environment["OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"] =
                "base2_exponential_bucket_histogram"
        }
        let process = try RunningProcess(
            [Executable.tcplens, "run", "--interval", "1h"] + options,
            in: traffic,
            environment: environment
        )
        let output = try eventually("a first collection") {
            process.output.contains("tcplens.stock.drift") ? process.output : nil
        }
        self.process = process
        first = ConsoleReport(output)
    }

    /// Its log.
    var log: String { process.error }

    /// What it has printed so far.
    var text: String { process.output }

    /// Ends it and returns its last collection.
    func end() throws -> ConsoleReport {
        process.signal(15)
        process.wait()
        guard process.status == 0 else { throw Timeout(description: "the agent failed: \(process.error)") }
        return ConsoleReport(process.output)
    }
}
