import CommandSupport
import Pipeline
import Probes

extension Agent {
    /// Loads the programs for `options` in place of those that run.
    ///
    /// - Parameters:
    ///   - options: What to observe; nil for nothing.
    ///   - newProcess: Counts the agent's own cost from now on; nil keeps the present one.
    /// - Returns: The programs that run, and what this kernel lacks.
    /// - Throws: ``Failure`` when the kernel refuses; then the present programs go on.
    func loadProbes(
        _ options: TCPProbes.Options?,
        process newProcess: ProcessMetrics? = nil
    ) async throws(Failure) -> ProbeReport {
        let process = newProcess ?? process
        let report = try await load(options, process)
        self.process = process
        return report
    }

    private func load(_ options: TCPProbes.Options?, _ process: ProcessMetrics) async throws(Failure) -> ProbeReport {
        guard let options else {
            return await reader.replaceProducers { _ in (MetricProducers(), ProbeReport()) }
        }
        do {
            return try await reader.replaceProducers { [sdk, observe = surroundings.observe] start in
                let observed = try observe(options, start)
                return (
                    MetricProducers(machine: observed.machine, agent: [sdk, process] + observed.upkeep),
                    observed.report
                )
            }
        } catch {
            throw Failure("\(error)")
        }
    }
}
