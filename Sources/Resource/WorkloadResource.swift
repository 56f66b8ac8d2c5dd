package import Metrics

extension AgentResource {
    /// The resource of a workload of the machine.
    ///
    /// It has what is true of everything on the machine: attributes of the host, the operating system, the node, the
    /// cluster, the cloud and the deployment, and all others that the user has set. What describes the agent itself is
    /// left out. What is known of the workload takes precedence.
    ///
    /// - Parameters:
    ///   - resource: The observed resource, which is the host's.
    ///   - attributes: What is known of the workload, with its service name and instance.
    /// - Returns: The workload's resource.
    package static func ofWorkload(_ resource: Metrics.Resource, _ attributes: Attributes) -> Metrics.Resource {
        var attributes = shared(resource.attributes).merging(attributes)
        // Each resource has a service name (OpenTelemetry specification, `resource/sdk.md`).
        if attributes["service.name"] == nil { attributes["service.name"] = "unknown_service" }
        if attributes["service.instance.id"] == nil {
            let parts = attributes.map { "\($0.key)=\($0.value)" }
            attributes["service.instance.id"] = .string(
                digest(of: ["workload", resource.instanceID ?? ""] + parts)
            )
        }
        return Metrics.Resource(attributes: attributes, schemaURL: resource.schemaURL)
    }

    /// The resource of all workloads beyond the limit together.
    ///
    /// They have no name of their own, so the service is the host's, with another instance. `tcplens.workload.overflow`
    /// marks it; the semantic conventions have an attribute only for points (`otel.metric.overflow`), and the data
    /// model has nothing for resources.
    ///
    /// - Parameter resource: The observed resource, which is the host's.
    /// - Returns: The resource; always the same for the same host.
    package static func ofOverflow(_ resource: Metrics.Resource) -> Metrics.Resource {
        var attributes = shared(resource.attributes)
        for key in ["service.namespace", "service.name", "service.version"] {
            attributes[key] = resource.attributes[key]
        }
        attributes["service.instance.id"] = .string(digest(of: ["overflow", resource.instanceID ?? ""]))
        attributes[overflowKey] = true
        return Metrics.Resource(attributes: attributes, schemaURL: resource.schemaURL)
    }

    /// The key of the attribute that marks the resource of all workloads beyond the limit.
    package static let overflowKey = "tcplens.workload.overflow"

    /// The attributes that the agent and the workloads of its machine have in common.
    private static func shared(_ attributes: Attributes) -> Attributes {
        Attributes(attributes.filter { !isOwn($0.key) })
    }

    /// Whether an attribute describes the agent itself: its service, process, container, or Kubernetes objects such as
    /// its pod and DaemonSet.
    private static func isOwn(_ key: String) -> Bool {
        func belongs(_ prefixes: String...) -> Bool { prefixes.contains { key.hasPrefix($0) } }
        if belongs("k8s.") { return !belongs("k8s.node.", "k8s.cluster.") }
        return belongs("service.", "process.", "container.", "oci.")
    }
}
