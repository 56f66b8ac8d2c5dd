/// An attribute of the resources that metrics belong to.
package struct ResourceKey: Hashable, Sendable {
    /// The key, of OpenTelemetry's semantic conventions.
    package let key: String
    /// What it says.
    package let meaning: String

    /// Those that tcplens itself finds out, in the order in which they are documented.
    ///
    /// `OTEL_RESOURCE_ATTRIBUTES` and the processes of a workload may add others.
    package static let all = [
        Self("service.name", "`tcplens`; with attribution, the service of the workload"),
        Self("service.namespace", "With attribution, the namespace of the workload's service, if it has one"),
        Self("service.version", "The version of tcplens; with attribution, of the workload's service, if known"),
        Self("service.instance.id", "Which agent it is; it stays the same after a restart"),
        Self("host.name", "The name of the machine: joins TCP metrics with those of other agents and services"),
        Self("host.id", "The machine's id, if it can be trusted to be unique"),
        Self("host.arch", "The architecture of the CPU"),
        Self("os.type", "`linux`"),
        Self("os.version", "The release of the kernel"),
        Self("k8s.node.name", "The node, if the downward API says it"),
        Self("k8s.namespace.name", "The namespace of the pod, if the downward API says it"),
        Self("k8s.pod.name", "The pod, if the downward API says it"),
        Self("k8s.pod.uid", "The UID of the pod, if the downward API or the cgroup's path says it"),
        Self("container.id", "With attribution, the container of the workload"),
        Self("process.pid", "The process of the agent; only on its metrics about itself"),
        Self("telemetry.sdk.name", "`tcplens`"),
        Self("telemetry.sdk.language", "`swift`"),
        Self("telemetry.sdk.version", "The version of tcplens"),
    ]

    private init(_ key: String, _ meaning: String) {
        (self.key, self.meaning) = (key, meaning)
    }
}
