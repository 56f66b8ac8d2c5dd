internal import Metrics
internal import System

/// What a workload is called if its processes do not say which service they are.
///
/// In Kubernetes these are the rules of the semantic conventions (`docs/non-normative/k8s-attributes.md`), as far as
/// the facts are known here: labels, annotations and the names of owners are not, so the pod's name comes first. The
/// Collector's `k8sattributes` processor knows them and can replace the name.
///
/// The conventions have no rule for units of systemd (release 1.44: neither `service` nor another group mentions them)
/// nor for cgroups. A unit is called by its name without the suffix. The name of an instance is kept, because
/// `postgresql@15-main` and `postgresql@16-main` are two services. A path is called by its last segment.
struct FallbackIdentity: Hashable {
    /// The `service.namespace`, if there is one.
    var namespace: String?
    /// The `service.name`, without control characters.
    var name: String
    /// The `service.instance.id`, if the conventions have a rule for it.
    var instance: String?

    /// Finds the identity of a workload from what is known of it.
    init(of name: WorkloadName, _ attributes: Attributes) {
        let text = { (key: String) in attributes[key].map(\.description).flatMap { $0.isEmpty ? nil : $0 } }
        let (pod, container) = (text("k8s.pod.name"), text("k8s.container.name"))
        namespace = text("k8s.namespace.name")
        switch name {
        case .container(let id):
            // Twelve digits are what `docker ps` and `crictl ps` show.
            self.name = pod ?? container ?? text("container.name") ?? String(id.prefix(12))
            if let namespace, let pod, let container {
                instance = [namespace, pod, container].joined(separator: ".")
            }
        case .pod(let uid):
            self.name = pod ?? uid
        case .unit(let unit, _):
            let suffix = unit.lastIndex(of: ".").map { unit[..<$0] } ?? unit[...]
            self.name = suffix.isEmpty ? unit : String(suffix)
        case .path(let path):
            self.name = path.split(separator: "/").last.map(String.init) ?? "/"
        }
        // Whoever may make cgroups chooses their names.
        self.name = self.name.printable(limit: 255)
    }
}
