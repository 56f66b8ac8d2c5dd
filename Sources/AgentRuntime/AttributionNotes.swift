import Metrics
import Probes
import Resource
internal import Settings
import System
import Workloads

/// What is said at the start about whose sockets are distinguished.
enum AttributionNotes {
    /// What can't be distinguished because of what this process sees of the cgroups; nothing if nothing is divided.
    static func lines(_ options: AttributionOptions?, visibility: () -> CgroupVisibility = visibility) -> [String] {
        guard options != nil else { return [] }
        switch visibility() {
        case .whole:
            return []
        case .part(let mounts):
            return [
                """
                only the cgroups below that of tcplens are visible (at \(mounts.joined(separator: ", "))): the sockets of \
                all others count for the host. In a container, mount the host's /sys/fs/cgroup, read-only
                """
            ]
        case .none:
            return [
                """
                cgroup version 2 is not mounted here, so no workload is distinguished: all sockets count for the host. \
                'tcplens doctor' says what to do
                """
            ]
        }
    }

    private static func visibility() -> CgroupVisibility {
        CgroupVisibility(of: CgroupTree.mounts().used)
    }
}

extension RunSettings {
    /// Which sockets are observed, and for whom they are counted: the end of a sentence.
    var observationText: String {
        let sockets = probes.scope == .node ? "all network namespaces of this machine" : "this network namespace"
        guard let options = attributionOptions else { return sockets }
        let names = options.asksApplications ? ", named by what its processes say of themselves" : ""
        return "\(sockets), each container and systemd unit under its own resource\(names) (at most \(options.limit))"
    }
}

extension AttributionOptions {
    /// The options with what distinguishes the host and the agent of `identity` from others.
    func identified(by identity: AgentIdentity) -> AttributionOptions {
        let resource = identity.resource
        func text(_ key: String) -> String? { resource.attributes[key]?.description }
        var options = self
        // The name of a node stays; the host name of a pod may be another one after each restart.
        options.host = [text("host.id"), text("k8s.node.name") ?? text("host.name")].compactMap(\.self)
        if options.host.isEmpty { options.host = [resource.instanceID].compactMap(\.self) }
        options.agent = [resource, identity.agentResource, AgentResource.ofOverflow(resource)].map(\.attributes)
        return options
    }
}
