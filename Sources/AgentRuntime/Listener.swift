package import CommandSupport
package import HTTPServer
import Logging
package import PrometheusExport
package import Settings

extension ListenerPlan {
    /// Begins to listen; whoever comes waits.
    ///
    /// What is refused is told to `onRefusal`, from any thread.
    ///
    /// - Throws: ``Failure`` when that is not possible.
    package func listen(onRefusal: @escaping @Sendable (HTTPRefusal) -> Void = { _ in }) async throws(Failure)
        -> BoundListener
    {
        switch self {
        case .prometheus(let address, let hasCreated):
            do {
                return .prometheus(
                    try await PrometheusExporter(
                        host: address.host,
                        port: address.port,
                        hasCreated: hasCreated,
                        onRefusal: onRefusal
                    )
                )
            } catch {
                throw Failure("\(error) (OTEL_EXPORTER_PROMETHEUS_HOST, OTEL_EXPORTER_PROMETHEUS_PORT)")
            }
        case .health(let address):
            return .health(try await HealthEndpoint(address, onRefusal: onRefusal))
        }
    }
}

/// What listens and does not answer yet.
package enum BoundListener: Sendable {
    /// To be scraped.
    case prometheus(PrometheusExporter)
    /// To be asked for its health.
    case health(HealthEndpoint)

    /// Stops listening; needed only for one that never answers.
    package func close() async {
        switch self {
        case .prometheus(let exporter): await exporter.close()
        case .health(let endpoint): await endpoint.close()
        }
    }
}

/// A server that others come to, from when it listens until it is ended.
struct Listener: Sendable {
    private let task: Task<Void, Never>

    /// Starts it; `run` ends when its task is cancelled.
    init(_ run: @escaping @Sendable () async -> Void) {
        task = Task { await run() }
    }

    /// Stops it, and returns when its address is free again.
    func end() async {
        task.cancel()
        await task.value
    }
}

extension Agent {
    /// Makes the servers those of `settings`; one that is wanted as it is stays.
    ///
    /// - Throws: ``Failure`` when one of them can't listen.
    func setUpListeners(_ settings: RunSettings) async throws(Failure) {
        let plans = settings.listenerPlans
        // What goes, goes first: it may hold the address that its successor needs.
        for (plan, listener) in listeners where !plans.contains(plan) {
            await listener.end()
            listeners[plan] = nil
        }
        for plan in plans where listeners[plan] == nil {
            listeners[plan] = try await listener(plan)
        }
    }

    /// Stops all servers.
    func endListeners() async {
        for listener in listeners.values {
            await listener.end()
        }
        listeners = [:]
    }

    private func listener(_ plan: ListenerPlan) async throws(Failure) -> Listener {
        var address = plan.address
        let bound = try await plan.listen { [logger] refusal in
            switch refusal {
            case .connection: logger.warning("\(plan.address): \(refusal)")
            // Who looks through all ports of a machine is not to fill the log.
            case .request: logger.debug("\(plan.address): \(refusal)")
            }
        }
        switch bound {
        case .prometheus(let exporter):
            address.port = exporter.port
            logger.info("Prometheus finds the metrics at http://\(address)/metrics")
            return Listener { [reader, sdk] in
                await exporter.run(reader: reader, sdk: sdk) { await self.noteScrape($0) }
            }
        case .health(let endpoint):
            address.port = endpoint.port
            logger.info("health is told at http://\(address)/livez and http://\(address)/readyz")
            return Listener { [health] in await endpoint.run(health) }
        }
    }

    /// Logs what went wrong with a scrape.
    private func noteScrape(_ failures: [String]) {
        scrapeLog.note(failures: failures)
    }
}
