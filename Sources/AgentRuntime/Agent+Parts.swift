import CommandSupport
import Logging
import Metrics
import OTLPExport
import Pipeline
import Settings

/// Replaces running parts: the new parts are built next to the old, then started, and only then the old ones end.
extension Agent {
    /// Creates the parts that `settings` require and that do not run yet: opens spools, resolves names, listens.
    ///
    /// Parts that are required unchanged keep running, with their connections and queues.
    ///
    /// - Throws: ``Failure`` when a part can't be created. Then all new parts are discarded.
    func prepareParts(_ settings: RunSettings) async throws(Failure) -> PreparedParts {
        var parts = PreparedParts(settings: settings)
        do throws(Failure) {
            for plan in settings.exporterPlans where running.exporters[plan] == nil {
                let isSuccessor = running.exporters.keys.contains { $0.hasSpool(of: plan) }
                parts.exporters[plan] = try surroundings.exporter(plan, isSuccessor)
            }
            // A single export does not listen: no client would find it in time.
            let listenerPlans = source.options.once ? [] : settings.listenerPlans
            for plan in listenerPlans where running.listeners[plan] == nil {
                let predecessors = predecessors(of: plan, in: listenerPlans)
                for predecessor in predecessors {
                    await predecessor.sharePort(true)
                }
                parts.predecessors += predecessors
                parts.listeners[plan] = try await listen(plan, for: settings, sharesPort: !predecessors.isEmpty)
            }
        } catch {
            await discard(parts)
            throw error
        }
        return parts
    }

    /// Discards prepared parts.
    ///
    /// The running ones are unchanged.
    func discard(_ parts: PreparedParts) async {
        for exporter in parts.exporters.values {
            await exporter.shutdown()
        }
        for listener in parts.listeners.values {
            await listener.close()
        }
        for predecessor in parts.predecessors {
            await predecessor.sharePort(false)
        }
    }

    /// Replaces the running parts with `parts`, and ends those that are no longer required.
    ///
    /// None of this can fail.
    func start(_ parts: PreparedParts) async {
        let (old, plans) = (running, parts.settings.exporterPlans)
        let leaving = old.exporters.filter { !plans.contains($0.key) }
        // The reader knows what a receiver was sent only as long as it has the exporter.
        var ends: [(exporter: any MetricExporter, points: [ResourceMetrics])] = []
        for (plan, exporter) in leaving {
            let hasSuccessor = plans.contains { $0.hasReceiver(of: plan) }
            ends.append((exporter, hasSuccessor ? [] : await reader.lastPoints(for: exporter)))
        }
        running = Running(settings: parts.settings)
        running.exporters = old.exporters.filter { plans.contains($0.key) }.merging(parts.exporters) { kept, _ in kept }
        await reader.replace(exporters: plans.compactMap { running.exporters[$0] })
        let listenerPlans = parts.settings.listenerPlans
        running.listeners = old.listeners.filter { listenerPlans.contains($0.key) }
        for (plan, listener) in parts.listeners {
            running.listeners[plan] = answer(listener, plan)
        }
        for (exporter, points) in ends {
            await end(exporter, points)
        }
        for (plan, listener) in old.listeners where !listenerPlans.contains(plan) {
            await listener.end()
        }
        for listener in parts.listeners.values {
            await listener.sharePort(false)
        }
    }

    /// Exports the final `points`, tries the queue of `exporter` once more, and logs what is lost.
    private func end(_ exporter: any MetricExporter, _ points: [ResourceMetrics]) async {
        let outcome = await last([exporter]) { await exporter.export(points, isLast: true) }
        await exporter.shutdown()
        if let outcome, outcome.droppedPoints > 0, let message = outcome.message {
            logger.error("\(message)")
        }
    }
}

extension ExporterPlan {
    /// Whether both keep their queue in the same spool.
    fileprivate func hasSpool(of other: ExporterPlan) -> Bool {
        guard case .otlp(let configuration) = self, case .otlp(let other) = other else { return false }
        return configuration.spool != nil && configuration.spool == other.spool
    }
}
