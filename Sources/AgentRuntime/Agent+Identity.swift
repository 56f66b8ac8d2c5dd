internal import CommandSupport
import Logging
import Metrics
import Pipeline
import Probes
import Resource
import Settings

extension Agent {
    /// Follows changes of the machine's identity: it may get its name and ID after the agent started.
    func followIdentity() async {
        guard let new = identity.following(source.machine, settings.resource) else { return }
        if !new.resource.isSameService(as: identity.resource) {
            await exportCounted()
            do throws(Failure) {
                _ = try await loadProbes(
                    settings.activeProbes,
                    as: new,
                    process: ProcessMetrics(start: surroundings.now(), isAnew: true)
                )
                logger.notice(
                    """
                    the machine is another one to those who get the metrics: \(Self.changes(from: identity, to: new)); \
                    counters begin at zero, with a new start time
                    """
                )
            } catch {
                logger.error("counters continue under another service.instance.id: \(error.message)")
            }
        }
        await become(new)
    }

    /// Continues as `new`.
    func become(_ new: AgentIdentity) async {
        guard new.resource != identity.resource else { return }
        if !new.resource.isSameService(as: identity.resource) {
            sdk.restart(at: surroundings.now())
        }
        identity = new
        await reader.replace(resource: new.resource, agentResource: new.agentResource)
        await reader.replace(schedule: settings.schedule(as: new))
        logWarning(of: new)
    }

    private static func changes(from old: AgentIdentity, to new: AgentIdentity) -> String {
        let (old, new) = (old.resource.attributes, new.resource.attributes)
        let keys = Set(old.map(\.key)).union(new.map(\.key)).sorted().filter { old[$0] != new[$0] }
        return keys.map { "\($0) was \(old[$0]?.description ?? "unknown")" }.joined(separator: ", ")
    }
}
