package import Metrics

/// The resource under which the metrics of this machine are exported, and problems with its settings.
package struct AgentResource: Equatable, Sendable {
    /// The resource.
    package var resource: Metrics.Resource
    /// Lines for the log: settings that were ignored, and why.
    package var warnings: [String]

    /// Detects the resource of `machine`, including what its environment variables say.
    ///
    /// Settings of the user take precedence over detected values: `OTEL_SERVICE_NAME` over `OTEL_RESOURCE_ATTRIBUTES`
    /// over everything else.
    package init(of machine: Machine) {
        var warnings: [String] = []
        let settings = ResourceSettings(of: machine) { warnings.append($0) }
        resource = Self.resource(of: machine, settings)
        self.warnings = warnings
    }

    /// The resource of `machine`, with `settings` applied.
    ///
    /// - Parameters:
    ///   - machine: The source of the facts.
    ///   - settings: The settings of the user, which may include `service.instance.id`.
    ///   - instance: Distinguishes this agent from others in its network namespace.
    /// - Returns: The resource.
    package static func resource(
        of machine: Machine,
        _ settings: ResourceSettings,
        as instance: AgentInstance = .running(number: 0)
    ) -> Metrics.Resource {
        var attributes = host(of: machine).merging(pod(of: machine)).merging(settings.attributes)
        attributes["service.instance.id"] =
            settings.attributes["service.instance.id"] ?? .string(instance.identifier(on: machine, attributes))
        return Metrics.Resource(attributes: attributes, schemaURL: Program.schemaURL)
    }

    /// The resource of the agent's own metrics: the observed resource with another instance and the process.
    ///
    /// Service namespace, name and instance identify exactly one resource (semantic conventions,
    /// `resource/service.md`), so the agent's own resource has a different instance; the host connects the two. Each
    /// process is an instance of its own. Otherwise a Prometheus that receives OTLP would have two `target_info` of one
    /// instance for five minutes after a restart, and refuse every join with it.
    ///
    /// - Parameters:
    ///   - resource: The observed resource.
    ///   - processIdentifier: The agent's process id.
    /// - Returns: The agent's own resource.
    package static func ofAgent(_ resource: Metrics.Resource, processIdentifier: Int32) -> Metrics.Resource {
        var resource = resource
        let observed = resource.instanceID ?? ""
        resource.attributes["service.instance.id"] = .string(
            InstanceID.make(of: "agent=\(observed)\nprocess=\(processIdentifier)")
        )
        resource.attributes["process.pid"] = .int(Int64(processIdentifier))
        return resource
    }

    /// A UUID that is always the same for the same `parts`: 36 characters.
    package static func digest(of parts: [String]) -> String {
        InstanceID.make(of: parts.joined(separator: "\n"))
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
        attributes["host.name"] = machine.hostName.map { .string($0) }
        attributes["host.id"] = MachineID(of: machine).map { .string($0.digits) }
        // The version of Linux is the kernel's, so inside a container it is that of the host.
        attributes["os.version"] = machine.line(of: "/proc/sys/kernel/osrelease").map { .string($0) }
        return attributes
    }

    /// Values that the downward API of Kubernetes put into the environment.
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

extension Metrics.Resource {
    /// The `service.instance.id` as text.
    package var instanceID: String? { attributes["service.instance.id"]?.description }

    /// Whether receivers take this for the same service as `other`, whatever its other attributes are.
    package func isSameService(as other: Metrics.Resource) -> Bool {
        ["service.namespace", "service.name", "service.instance.id"].allSatisfy {
            attributes[$0] == other.attributes[$0]
        }
    }
}
