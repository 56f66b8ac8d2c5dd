internal import ApplicationResources
internal import Workloads

extension WorkloadName {
    /// The name of a workload that is not the host; nil for the host.
    init?(_ identity: WorkloadIdentity) {
        switch identity {
        case .host: return nil
        case .container(let container): self = .container(id: container.id)
        case .pod(let pod, _): self = .pod(uid: pod.uid)
        case .unit(let unit): self = .unit(unit.name, user: unit.user)
        case .path(let path): self = .path(path)
        }
    }
}
