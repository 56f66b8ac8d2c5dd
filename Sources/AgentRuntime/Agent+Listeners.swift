import CommandSupport
import HTTPServer
import Logging
import PrometheusExport
import Settings

extension Agent {
    /// The servers that have the port of `plan` now and will not be among `wanted`.
    func predecessors(of plan: ListenerPlan, in wanted: [ListenerPlan]) -> [BoundListener] {
        guard plan.address.port != 0 else { return [] }
        return running.listeners.filter { $0.key.address.port == plan.address.port && !wanted.contains($0.key) }
            .map(\.value.bound)
    }

    /// Listens as `plan` says; nothing is answered yet.
    ///
    /// - Throws: ``Failure`` when it can't.
    func listen(_ plan: ListenerPlan, sharesPort: Bool) async throws(Failure) -> BoundListener {
        try await plan.listen(sharesPort: sharesPort) { [logger] refusal in
            switch refusal {
            case .connection: logger.warning("\(plan.address): \(refusal)")
            // A scan of all ports of the machine must not fill the log.
            case .request: logger.debug("\(plan.address): \(refusal)")
            }
        }
    }

    /// Starts to answer at `bound`.
    func answer(_ bound: BoundListener, _ plan: ListenerPlan) -> Listener {
        var address = plan.address
        switch bound {
        case .prometheus(let exporter):
            address.port = exporter.port
            logger.info("Prometheus finds the metrics at http://\(address)/metrics")
            return Listener(bound) { [reader, sdk] in
                await exporter.run(reader: reader, sdk: sdk) { await self.noteScrape($0) }
            }
        case .health(let endpoint):
            address.port = endpoint.port
            logger.info("health is told at http://\(address)/livez and http://\(address)/readyz")
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

    /// Logs what went wrong with a scrape.
    private func noteScrape(_ failures: [String]) {
        scrapeLog.note(failures: failures)
    }
}
