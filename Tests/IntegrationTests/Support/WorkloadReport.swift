import Foundation

/// A collection that the console exporter of `tcplens run` printed, with a resource for each workload.
struct WorkloadReport {
    /// One resource and its metrics.
    struct Part {
        /// The resource's attributes as they were printed: `container.id=… host.name=…`.
        var resource: String
        /// Its metrics.
        var report: ConsoleReport

        /// Whether the resource has these attributes, such as `container.id=…`.
        func has(_ attributes: [String]) -> Bool {
            attributes.allSatisfy { " \(resource) ".contains(" \($0) ") }
        }

        /// The value of an attribute, if it has no spaces.
        subscript(key: String) -> String? {
            " \(resource) ".firstRange(of: " \(key)=").map { range in
                let text = " \(resource) "
                return String(text[range.upperBound...].prefix { $0 != " " })
            }
        }
    }

    /// The host, and everything that belongs to no workload.
    var host: Part
    /// The workloads, the overflow among them.
    var workloads: [Part]
    /// The agent itself.
    var agent: Part

    /// The host and the workloads, which are the whole machine.
    var machine: [Part] { [host] + workloads }

    /// The complete collections of `output`, in their order.
    static func all(_ output: String) -> [WorkloadReport] {
        collections(output).compactMap { WorkloadReport($0) }
    }

    /// The last complete collection of `output`.
    static func last(_ output: String) -> WorkloadReport? {
        collections(output).last.flatMap { WorkloadReport($0) }
    }

    /// The texts of the resources of each collection.
    private static func collections(_ output: String) -> [[Substring]] {
        let title = "Resource  "
        var (collections, resources): ([[Substring]], [Substring]) = ([], [])
        // Texts are searched by bytes, because there may be megabytes of them.
        let starts = output.utf8Starts(ofLinesBeginning: title)
        for (start, end) in zip(starts, starts.dropFirst() + [output.utf8.endIndex]) {
            resources.append(output[start..<end])
            // The agent's own resource, which has its process, is the last of a collection.
            guard output[start..<end].prefix(while: { $0 != "\n" }).contains("process.pid=") else { continue }
            collections.append(resources)
            resources = []
        }
        return collections
    }

    private init?(_ resources: [Substring]) {
        let parts = resources.map { text in
            let resource = String(text.prefix { $0 != "\n" }.dropFirst("Resource  ".count))
            return Part(resource: resource, report: ConsoleReport(String(text)))
        }
        guard let host = parts.first, let agent = parts.last, parts.count > 1 else { return nil }
        self.init(host: host, workloads: Array(parts.dropFirst().dropLast()), agent: agent)
    }

    init(host: Part, workloads: [Part], agent: Part) {
        (self.host, self.workloads, self.agent) = (host, workloads, agent)
    }

    /// The one workload whose resource has these attributes; nil if there is none or there are several.
    func workload(_ attributes: String...) -> ConsoleReport? {
        let found = workloads.filter { $0.has(attributes) }
        return found.count == 1 ? found.first?.report : nil
    }

    /// The sum of a number over the whole machine.
    func sum(_ number: (ConsoleReport) -> Int) -> Int {
        machine.reduce(0) { $0 + number($1.report) }
    }

    /// The connections of the whole machine.
    var stocks: SocketTable {
        machine.reduce(into: SocketTable()) { table, part in
            for (key, count) in part.report.stocks.counts { table.counts[key, default: 0] += count }
        }
    }

    /// How many events the agent has missed.
    var losses: Int { agent.report.sum("tcplens.lost_events") }
}

/// An agent that attributes sockets to workloads, and prints its collections.
final class WorkloadAgent {
    private let process: RunningProcess

    /// Starts an agent in the namespace of `traffic`, and waits for its first collection.
    init(in traffic: Traffic, _ options: [String]) throws {
        process = try RunningProcess(
            [Executable.tcplens, "run"] + options,
            in: traffic,
            environment: ["OTEL_METRICS_EXPORTER": "console"]
        )
        try waitForCollections(1)
    }

    /// The options of an agent that observes one namespace, and of one that observes all.
    static func options(_ scope: String, interval: String = "300ms") -> [String] {
        ["--scope", scope, "--attribution", "workload", "--application-resource", "off", "--interval", interval]
    }

    /// Its process.
    var processIdentifier: Int32 { process.processIdentifier }

    /// Its log.
    var log: String { process.error }

    /// All complete collections so far.
    var reports: [WorkloadReport] { WorkloadReport.all(process.output) }

    /// The last complete collection so far.
    var last: WorkloadReport? { WorkloadReport.last(process.output) }

    /// How many collections there were so far.
    private var collections: Int { process.output.utf8Starts(ofLinesBeginning: "tcplens.stock.drift").count }

    /// Waits for further collections, which all began after the call if there are two.
    func waitForCollections(_ count: Int = 2) throws {
        let before = collections
        _ = try eventually("\(count) collections") {
            if !process.isRunning { throw Timeout(description: "the agent ended: \(process.error)") }
            return collections >= before + count ? true : nil
        }
    }

    /// Ends it, and returns its last collection.
    func end() throws -> WorkloadReport {
        process.signal(15)
        process.wait()
        guard process.status == 0, let last else {
            throw Timeout(description: "the agent failed: \(process.error)")
        }
        return last
    }

    /// The kernel's numbers of its maps.
    func maps() throws -> Set<Int> { try process.kernelIdentifiers("map_id") }

    /// What it needs of the machine; see ``RunningProcess``.
    func descriptors() throws -> Int { try process.descriptors() }
    func residentMemory() throws -> Int { try process.residentMemory() }
    func kernelMemory() throws -> Int { try process.kernelMemory() }
}

extension String {
    /// Where the lines begin that begin with `text`.
    fileprivate func utf8Starts(ofLinesBeginning text: String) -> [String.Index] {
        let pattern = Data(text.utf8)
        let bytes = Data(utf8)
        var (starts, place): ([String.Index], Data.Index) = ([], bytes.startIndex)
        while let found = bytes.range(of: pattern, in: place..<bytes.endIndex) {
            let isLine = found.lowerBound == bytes.startIndex || bytes[found.lowerBound - 1] == UInt8(ascii: "\n")
            if isLine { starts.append(utf8.index(utf8.startIndex, offsetBy: found.lowerBound)) }
            place = found.upperBound
        }
        return starts
    }
}

/// Runs a scenario, and again if the agent has missed events meanwhile, or the scenario did not come about, up to three
/// times.
///
/// If a softirq interrupts a process for which this kernel runs no programs, an event is missed, and counted as a loss.
/// In the scope of the node, the events of other processes count, too.
func withoutLosses<Result>(_ scenario: () throws -> (result: Result, losses: Int)) throws -> Result {
    var last = try scenario()
    for _ in 0..<3 where last.losses > 0 { last = try scenario() }
    return last.result
}
