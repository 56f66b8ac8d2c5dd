import Catalogue
import CommandSupport
import Findings
import PrometheusNames
import System

/// Finds out which series a backend has of tcplens, and what it calls hosts.
struct BackendSearch {
    private let client: BackendClient
    private let span: TimeSpan
    private let host: String?
    private let service: String?

    /// A metric that every agent has of every host.
    private static let always = PrometheusMetricName(.connectionCount).samples
    /// A metric that every agent has of itself.
    private static let ofAgent = PrometheusMetricName(.lostEvents).samples

    init(_ client: BackendClient, _ span: TimeSpan, host: String?, service: String?) {
        (self.client, self.span, self.host, self.service) = (client, span, host, service)
    }

    /// The end of the time to explain, by the clock of the backend, which may differ from this one.
    func now() throws(Failure) -> Double {
        let present = try client.rows("vector(1)", at: span.end).first?.time
        guard let now = span.end ?? present else {
            throw Failure("\(client.url): it does not know the time: it has no value for 'vector(1)'")
        }
        return now
    }

    /// The hosts and workloads that are asked about.
    func selection(at time: Double) throws(Failure) -> IdentitySelection {
        let all = try identities(at: time)
        let selection = IdentitySelection(all, host: host, service: service)
        guard selection.identities.isEmpty else { return selection }
        let minutes = Duration.seconds(span.length).inWords
        let subject =
            host.map { " for host '\($0.printable())'" } ?? service.map { " for service '\($0.printable())'" } ?? ""
        let message = "no tcplens metrics\(subject) at \(client.url) in the last \(minutes)"
        guard all.isEmpty else {
            let names = Set(all.compactMap { host == nil ? $0.service : $0.host }).sorted()
            let shown = names.prefix(5).map { $0.printable(limit: 60) }.joined(separator: ", ")
            throw Failure("\(message); it has \(shown)\(names.count > 5 ? " and \(names.count - 5) more" : "")")
        }
        throw Failure("\(message): \(try reason(at: time))")
    }

    /// Why there may be nothing.
    private func reason(at time: Double) throws(Failure) -> String {
        let dotted = "count({__name__=\"\(MetricDefinition.connectionCount.name)\"})"
        // Some backends refuse names with dots; then they have none.
        if let rows = try? client.rows(dotted, at: time), !rows.isEmpty {
            return "it keeps OpenTelemetry's names, which PromQL can't name; "
                + "start VictoriaMetrics with -opentelemetry.usePrometheusNaming"
        }
        return "looked for \(Self.always); is the agent running ('tcplens run'), and does it send there? "
            + "A longer --since looks further back"
    }

    private func identities(at time: Double) throws(Failure) -> [Identity] {
        let labels = (Identity.labels + ["service_name"]).joined(separator: ", ")
        let names = "{__name__=~\"\(Self.always)|\(Self.ofAgent)\"}"
        let rows = try client.rows("count by (\(labels)) (last_over_time(\(names)[\(span.length)s]))", at: time)
        let infos = try client.rows("last_over_time(target_info{host_name!=\"\"}[\(span.length)s])", at: time)
        let targets = infos.reduce(into: [:]) { targets, row in targets[Self.target(row.metric)] = row.metric }
        return rows.map { row in
            let labels = row.metric.filter { !$0.value.isEmpty }
            let info = targets[Self.target(labels)]
            return Identity(
                labels: labels,
                host: labels["host_name"] ?? info?["host_name"] ?? labels["instance"],
                service: labels["service_name"] ?? info?["service_name"] ?? labels["job"]
            )
        }
    }

    /// Conditions that only series of agents fulfil, besides those of the selection.
    ///
    /// Metrics of OpenTelemetry about exporters have the same names in each instrumented program.
    func agents(of selection: IdentitySelection, at time: Double) throws(Failure) -> [String] {
        let by = "service_name, service_instance_id"
        let series = "\(Self.ofAgent){\(selection.matchers.joined(separator: ", "))}[\(span.length)s]"
        let rows = try client.rows("count by (\(by)) (last_over_time(\(series)))", at: time)
        return ["service_name", "service_instance_id"].compactMap { label in
            let values = Set(rows.map { $0.metric[label] ?? "" })
            return values == [""] ? nil : IdentitySelection.matcher(label, values)
        }
    }

    private static func target(_ labels: [String: String]) -> [String] {
        [labels["job"] ?? "", labels["instance"] ?? ""]
    }

    /// The hosts of which nothing came in the last seconds.
    ///
    /// A workload may have ended, so anything of its host counts.
    ///
    /// - Parameters:
    ///   - selection: The hosts that are asked about.
    ///   - seconds: How long they must have said nothing.
    ///   - time: The end of that time.
    /// - Returns: Their names, sorted.
    /// - Throws: ``Failure`` when none of them says anything, so that there is nothing to explain.
    func silentHosts(of selection: IdentitySelection, for seconds: Int, at time: Double) throws(Failure) -> [String] {
        let heard = try heard(of: selection, in: "[\(seconds)s]", at: time)
        let hosts = Set(selection.identities.map { $0.host ?? "" })
        let silent = hosts.subtracting(
            selection.identities.filter { heard.contains($0.labels) }.map { $0.host ?? "" }
        ).sorted()
        guard silent.count == hosts.count else { return silent }
        let names = silent.prefix(5).map { $0.printable(limit: 60) }.joined(separator: ", ")
        throw Failure(
            "no tcplens metrics of \(names) at \(client.url) in the last \(Duration.seconds(seconds).inWords), "
                + "only older ones: has the agent ended? --at TIME looks at a time before that"
        )
    }

    /// The time between two collections in seconds: the longest of all hosts, so that each has rates.
    func interval(of selection: IdentitySelection, at time: Double) throws(Failure) -> Double {
        let series = "\(Self.always){\(selection.matchers.joined(separator: ", "))}"
        let by = selection.labels.joined(separator: ", ")
        // The shortest window in which as many hosts as possible have enough collections: an agent may not have run for
        // longer.
        var (interval, known) = (60.0, 0)
        for window in [10, 30, 60, 300, 1800, 7200] {
            let query = "max by (\(by)) (count_over_time(\(series)[\(window)s]))"
            let counts = try client.rows(query, at: time).map(\.value).filter { $0 >= 4 && $0.isFinite }
            guard counts.count > known, let least = counts.min() else { continue }
            (interval, known) = (Double(window) / least, counts.count)
            if known >= selection.identities.count { break }
        }
        return interval
    }

    /// How many series each metric of tcplens has, by its name.
    func metrics(of selection: IdentitySelection, at time: Double) throws(Failure) -> [String: Int] {
        let names = Set(Catalogue.all.map { PrometheusMetricName($0).countedSeries })
        let matchers = ["__name__=~\"\(names.sorted().joined(separator: "|"))\""] + selection.matchers
        let rows = try client.rows("count by (__name__) ({\(matchers.joined(separator: ", "))})", at: time)
        return rows.reduce(into: [:]) { metrics, row in
            metrics[row.metric["__name__"] ?? ""] = Int(exactly: row.value) ?? 0
        }
    }

    /// The hosts and workloads that were there in the baseline.
    func baseline(of selection: IdentitySelection, at time: Double) throws(Failure) -> Set<[String: String]> {
        guard span.baseline > 0 else { return [] }
        return try heard(of: selection, in: "[\(span.baseline)s] offset \(span.length)s", at: time)
    }

    /// The hosts and workloads of which there is data in a range of PromQL.
    private func heard(
        of selection: IdentitySelection,
        in range: String,
        at time: Double
    ) throws(Failure) -> Set<[String: String]> {
        let matchers = ["__name__=~\"\(Self.always)|\(Self.ofAgent)\""] + selection.matchers
        let by = selection.labels.joined(separator: ", ")
        let series = "last_over_time({\(matchers.joined(separator: ", "))}\(range))"
        let rows = try client.rows("count by (\(by)) (\(series))", at: time)
        return Set(rows.map { $0.metric.filter { !$0.value.isEmpty } })
    }
}

extension Duration {
    /// The time in words, such as `30 min`.
    var inWords: String {
        let seconds = components.seconds
        return seconds % 60 == 0 && seconds >= 60 ? "\(seconds / 60) min" : "\(seconds) s"
    }
}
