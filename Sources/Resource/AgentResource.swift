public import Metrics

/// The resource that the metrics of this machine leave under, and what was wrong with the settings for it.
public struct AgentResource: Equatable, Sendable {
    /// The resource.
    public var resource: Metrics.Resource
    /// Settings that were ignored, and why; for the log.
    public var warnings: [String]

    /// Finds out what `machine` is, by what its environment says too.
    ///
    /// What the user says wins over what was found: `OTEL_SERVICE_NAME` over `OTEL_RESOURCE_ATTRIBUTES` over the rest.
    public init(of machine: Machine) {
        var warnings: [String] = []
        let settings = ResourceSettings(of: machine) { warnings.append($0) }
        resource = Self.resource(of: machine, settings)
        self.warnings = warnings
    }

    /// What `machine` is, with what `settings` say laid over it.
    public static func resource(of machine: Machine, _ settings: ResourceSettings) -> Metrics.Resource {
        let found = host(of: machine).merging(pod(of: machine))
        return Metrics.Resource(
            attributes: found.merging(settings.attributes),
            schemaURL: Program.schemaURL
        )
    }

    private static func host(of machine: Machine) -> Attributes {
        var attributes: Attributes = [
            "service.name": .string(Program.name),
            "service.version": .string(Program.version),
            "telemetry.sdk.name": .string(Program.name),
            "telemetry.sdk.language": "swift",
            "telemetry.sdk.version": .string(Program.version),
            "os.type": "linux",
        ]
        #if arch(x86_64)
            attributes["host.arch"] = "amd64"
        #elseif arch(arm64)
            attributes["host.arch"] = "arm64"
        #endif
        let name = machine.line(of: "/proc/sys/kernel/hostname")
        // Never from a privileged source such as the DMI tables (semantic conventions, `resource/host.md`).
        let id = machine.line(of: "/etc/machine-id", "/var/lib/dbus/machine-id")
        attributes["host.name"] = name.map { .string($0) }
        attributes["host.id"] = id.map { .string($0) }
        // The version of Linux is the kernel's; inside a container it is still the host's.
        attributes["os.version"] = machine.line(of: "/proc/sys/kernel/osrelease").map { .string($0) }
        // Pods of one node share its machine id, so the pod's own identity joins it.
        let identity = [id ?? name, machine.variable("K8S_POD_UID")].compactMap(\.self).joined(separator: "/")
        attributes["service.instance.id"] = .string(InstanceID.make(of: identity))
        return attributes
    }

    /// What the downward API of Kubernetes put into the environment.
    private static func pod(of machine: Machine) -> Attributes {
        let names = ["k8s.node.name", "k8s.pod.name", "k8s.pod.uid", "k8s.namespace.name"]
        return Attributes(
            names.compactMap { name in
                let variable = name.uppercased().replacing(".", with: "_")
                return machine.variable(variable).map { Attribute(name, .string($0)) }
            }
        )
    }
}
