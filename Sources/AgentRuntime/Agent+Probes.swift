import CommandSupport
import Pipeline
import Probes

extension Agent {
    /// Loads the programs for `options`, which replace the running ones.
    ///
    /// - Parameters:
    ///   - options: What to observe; nil for nothing.
    ///   - identity: Whom receivers take the agent for from now on.
    ///   - newProcess: Measures the agent's own use of resources from now on; nil keeps the present object.
    /// - Returns: The programs that run, and what can't be measured on this kernel.
    /// - Throws: ``Failure`` when the kernel refuses. Then the present programs keep running.
    func loadProbes(
        _ options: TCPProbes.Options?,
        as identity: AgentIdentity,
        process newProcess: ProcessMetrics? = nil
    ) async throws(Failure) -> ProbeReport {
        let process = newProcess ?? process
        var options = options
        if let attribution = options?.attribution {
            options?.attribution = attribution.identified(by: identity)
        }
        let report = try await load(options, process)
        self.process = process
        return report
    }

    private func load(_ options: TCPProbes.Options?, _ process: ProcessMetrics) async throws(Failure) -> ProbeReport {
        guard let options else {
            let wasPinned = exportMemory != nil
            exportMemory = nil
            let report = await reader.replaceProducers { _ in (MetricProducers(), ProbeReport()) }
            // Nothing is observed any more, so nothing may count on.
            if wasPinned { try? abilities.loader.pins?.removeAll(but: 0) }
            return report
        }
        do {
            let (report, memory) = try await reader.replaceProducers {
                [sdk, notices, abilities, observe = surroundings.observe] start in
                let observed = try observe(options, start, abilities.loader) { notices.note($0) }
                return (
                    MetricProducers(machine: observed.machine, agent: [sdk, process] + observed.upkeep),
                    (observed.report, observed.exportMemory)
                )
            }
            exportMemory = memory
            return report
        } catch {
            throw Failure("\(error)")
        }
    }
}
