package import Metrics

/// The resource that the metrics of this machine leave under, and what was wrong with the settings for it.
package struct AgentResource: Equatable, Sendable {
    /// The resource.
    package var resource: Metrics.Resource
    /// Settings that were ignored, and why; for the log.
    package var warnings: [String]

    /// Finds out what `machine` is, by what its environment says too.
    ///
    /// What the user says wins over what was found: `OTEL_SERVICE_NAME` over `OTEL_RESOURCE_ATTRIBUTES` over the rest.
    package init(of machine: Machine) {
        var warnings: [String] = []
        let settings = ResourceSettings(of: machine) { warnings.append($0) }
        resource = Self.resource(of: machine, settings)
        self.warnings = warnings
    }

    /// What `machine` is, with what `settings` say laid over it.
    ///
    /// - Parameters:
    ///   - machine: Where the facts are.
    ///   - settings: What the user says; also of `service.instance.id`.
    ///   - instance: Which agent it is.
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

    /// What an agent says of itself is about: the resource of what it observes, but for the process and the instance.
    ///
    /// Service, name and instance are one resource only (semantic conventions, `resource/service.md`), so the second
    /// one has an instance that is made of the first one's and is as stable; what joins both is the host.
    ///
    /// - Parameters:
    ///   - resource: The resource of what the agent observes.
    ///   - processIdentifier: The agent's process.
    /// - Returns: The other resource.
    package static func ofAgent(_ resource: Metrics.Resource, processIdentifier: Int32) -> Metrics.Resource {
        var resource = resource
        let observed = resource.instanceID ?? ""
        resource.attributes["service.instance.id"] = .string(InstanceID.make(of: "agent=\(observed)"))
        resource.attributes["process.pid"] = .int(Int64(processIdentifier))
        return resource
    }

    /// A text of 36 characters that is the same for the same `parts`.
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
        // The version of Linux is the kernel's; inside a container it is still the host's.
        attributes["os.version"] = machine.line(of: "/proc/sys/kernel/osrelease").map { .string($0) }
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

extension Metrics.Resource {
    /// The `service.instance.id` as text.
    package var instanceID: String? { attributes["service.instance.id"]?.description }

    /// Whether this is the same service as `other` to who tells services apart, whatever else is said of them.
    package func isSameService(as other: Metrics.Resource) -> Bool {
        ["service.namespace", "service.name", "service.instance.id"].allSatisfy {
            attributes[$0] == other.attributes[$0]
        }
    }
}
