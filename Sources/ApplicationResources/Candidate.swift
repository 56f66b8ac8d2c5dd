internal import Metrics

/// What the resource of a workload would be if nobody else had its identity.
struct Candidate {
    /// What the processes agree on.
    var agreement: Agreement
    /// The attributes that say which service it is, without the instance.
    var service: Attributes
    /// Where the name comes from.
    var source: ServiceSource
    /// The instances that belong to the workload, the best one first.
    var ownInstances: [String]

    /// Puts it together.
    init(_ workload: ObservedWorkload, _ agreement: Agreement, _ host: [String]) {
        self.agreement = agreement
        let fallback = FallbackIdentity(of: workload.name, workload.attributes)
        var service = agreement.attributes
        service["service.instance.id"] = nil
        if service["service.name"] == nil {
            service["service.name"] = .string(fallback.name)
            // An application that says its name alone has no namespace, and neither have its other signals.
            service["service.namespace"] = service["service.namespace"] ?? fallback.namespace.map { .string($0) }
        }
        self.service = service
        source = agreement.source ?? .workload
        ownInstances = (fallback.instance.map { [$0] } ?? []) + [workload.name.instanceID(on: host)]
    }

    /// The claim on its identity, by what is known of its processes.
    func claim(
        of workload: ObservedWorkload,
        _ processes: WorkloadProcesses?,
        _ host: [String]
    ) -> IdentityClaims.Claim {
        IdentityClaims.Claim(
            id: workload.id,
            namespace: service["service.namespace"]?.description,
            name: service["service.name"]?.description ?? "",
            said: agreement.attributes["service.instance.id"]?.description,
            own: ownInstances,
            furtherInstance: { workload.name.instanceID(on: host, number: $0) },
            start: processes?.start?.ticks ?? .max,
            // Connections in TIME_WAIT may keep it for a minute more. A successor waits, and is no liar.
            hasEnded: workload.hasEnded || processes?.haveEnded == true
        )
    }

    /// The resource with the instance that was decided on.
    func resource(
        of workload: ObservedWorkload,
        _ decision: IdentityClaims.Decision,
        isIncomplete: Bool
    ) -> WorkloadResource {
        var attributes = service
        attributes["service.instance.id"] = .string(decision.instance)
        attributes[ServiceSource.key] = .string(source.rawValue)
        // What is known for sure is above what an application says.
        return WorkloadResource(
            attributes: attributes.merging(workload.attributes),
            source: source,
            isProvisional: isIncomplete || decision.isWaiting
        )
    }
}
