import Catalogue
package import CommandSupport
package import Findings
import PrometheusNames

/// The values of signals in a backend that speaks PromQL.
package final class BackendSource: SignalSource {
    /// The names of all metrics that there are, with the number of their series.
    package let metrics: [String: Int]
    /// The hosts and workloads that are looked at.
    let places: [Place]
    /// The hosts that have had data, and have no more.
    package let silent: [String]
    /// The time between two collections, in seconds.
    package let interval: Double
    /// The range of rates, in seconds.
    package var range: Int { times.range }
    /// When the time to explain ends, in seconds since 1970.
    package let end: Double

    private let client: BackendClient
    private let selection: IdentitySelection
    private let span: TimeSpan
    private let times: QueryTimes
    private let before: Set<[String: String]>
    private let ofAgents: [String]

    /// Finds out what the backend has.
    ///
    /// - Parameters:
    ///   - client: Asks the backend.
    ///   - span: Which time is explained.
    ///   - host: The name of a host; nil for all.
    ///   - service: The name of a service; nil for all.
    /// - Throws: ``Failure`` if there are no metrics of tcplens, or it can't be asked.
    package init(_ client: BackendClient, _ span: TimeSpan, host: String?, service: String?) throws(Failure) {
        (self.client, self.span) = (client, span)
        let search = BackendSearch(client, span, host: host, service: service)
        end = try search.now()
        selection = try search.selection(at: end)
        interval = try search.interval(of: selection, at: end)
        times = QueryTimes(interval: interval, span)
        let patience = max(times.range, Int(clamping: Int64((5 * interval).rounded(.up))), 30)
        silent = service == nil ? try search.silentHosts(of: selection, for: patience, at: end) : []
        metrics = try search.metrics(of: selection, at: end)
        ofAgents = try search.agents(of: selection, at: end)
        before = try search.baseline(of: selection, at: end)
        places = Set(selection.identities.map { Place(host: $0.host) }).sorted { ($0.host ?? "") < ($1.host ?? "") }
    }

    /// How many hosts are looked at.
    package var hosts: Int { Set(selection.identities.map(\.host)).count }

    /// Whether there is a baseline for any host.
    package var hasBaseline: Bool { !before.isEmpty }

    private func frame(_ signal: Signal) -> QueryFrame {
        let isOfSDK = signal.selectors.contains { $0.metric.hasPrefix("otel.sdk.") }
        return QueryFrame(
            identity: selection.labels,
            matchers: selection.matchers + (isOfSDK ? ofAgents : []),
            range: "\(times.range)s",
            step: "\(times.step)s"
        )
    }

    /// The values at the end of the time to explain.
    package func values(of signal: Signal, above threshold: Double?, for patience: Duration) throws -> [Sample] {
        let query = signal.promQL(frame(signal))
        guard let threshold else { return try samples(query) }
        // The backend leaves out what would not be looked at, so that a fleet's answer is short.
        if case .lasting = signal { return try samples("(\(query)) > \(threshold)") }
        let hold = times.hold(Int(clamping: patience.components.seconds), span)
        let lasting = "min_over_time((\(query))[\(hold)s:\(max(times.step, hold / 10))s]) > \(threshold)"
        return try samples("((\(query)) > \(threshold)) and (\(lasting))")
    }

    /// The averages over the baseline.
    package func usual(_ signal: Signal) throws -> [Sample] {
        guard hasBaseline else { return [] }
        // The comparisons drop NaN and infinity, with which there would be no average.
        let query = "((\(signal.promQL(frame(signal)))) >= 0) < Inf"
        return try samples("avg_over_time((\(query))[\(span.baseline)s:\(times.baselineStep)s] offset \(span.length)s)")
    }

    private func samples(_ query: String) throws(Failure) -> [Sample] {
        try client.rows(query, at: end).compactMap { row in
            guard selection.identity(of: row.metric) != nil else { return nil }
            return Sample(row.metric.filter { $0.key != "__name__" && !$0.value.isEmpty }, row.value)
        }
    }

    /// The host of a group, and its other labels.
    package func place(of labels: [String: String]) -> Place {
        let identity = selection.identity(of: labels)
        // Workloads of one host have jobs of their own.
        let jobs = Set(selection.identities.filter { $0.host == identity?.host }.map { $0.labels["job"] })
        let hidden: Set<String> = ["host_name", "instance", jobs.count > 1 ? "" : "job"]
        return Place(
            host: identity?.host,
            labels: labels.filter { !hidden.contains($0.key) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        )
    }

    /// Whether the group's host was there in the baseline.
    package func hasBaseline(_ labels: [String: String]) -> Bool {
        before.contains(labels.filter { selection.labels.contains($0.key) })
    }
}
