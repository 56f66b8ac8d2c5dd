import CommandSupport
import HTTPServer
import Logging
import PrometheusExport
import Settings

extension Agent {
    /// The servers that have the port of `plan` now and are not in `wanted`.
    func predecessors(of plan: ListenerPlan, in wanted: [ListenerPlan]) -> [BoundListener] {
        guard plan.address.port != 0 else { return [] }
        return running.listeners.filter { $0.key.address.port == plan.address.port && !wanted.contains($0.key) }
            .map(\.value.bound)
    }

    /// Listens on the address of `plan`.
    ///
    /// Nothing is answered yet.
    ///
    /// - Throws: ``Failure`` when it can't listen.
    func listen(_ plan: ListenerPlan, for settings: RunSettings, sharesPort: Bool) async throws(Failure)
        -> BoundListener
    {
        try await plan.listen(hint: plan.setting.text(for: settings), sharesPort: sharesPort) { [logger] refusal in
            switch refusal {
            case .connection: logger.warning("\(plan.address): \(refusal)")
            // A scan of the machine's ports must not fill the log.
            case .request: logger.debug("\(plan.address): \(refusal)")
            }
        }
    }

    /// Starts to answer requests to `bound`.
    func answer(_ bound: BoundListener, _ plan: ListenerPlan) -> Listener {
        var address = plan.address
        switch bound {
        case .prometheus(let exporter):
            address.port = exporter.port
            logger.info("metrics for Prometheus are served at http://\(address)/metrics")
            return Listener(bound) { [reader, sdk] in
                await exporter.run(reader: reader, sdk: sdk) { await self.noteScrape($0) }
            }
        case .health(let endpoint):
            address.port = endpoint.port
            logger.info("health is served at http://\(address)/livez and http://\(address)/readyz")
            return Listener(bound) { [health] in await endpoint.run(health) }
        }
    }

    /// Stops all servers.
    func endListeners() async {
        let listeners = running.listeners
        running.listeners = [:]
        for listener in listeners.values {
            await listener.end()
        }
    }

    /// Logs the failures of a scrape.
    private func noteScrape(_ failures: [String]) {
        scrapeLog.note(failures: failures)
    }
}
