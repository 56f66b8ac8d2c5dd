import Glibc
import Metrics
import Resource
import System

/// The identity of an agent, as its receivers see it.
struct AgentIdentity: Sendable {
    /// The resource of the metrics of what it observes.
    let resource: Metrics.Resource
    /// The resource of the metrics about itself.
    let agentResource: Metrics.Resource
    /// A warning about the identity for the user, if any.
    let warning: String?

    private let instance: AgentInstance
    /// Keeps other agents of the network namespace from taking the same identity.
    private let claim: NameClaim?

    /// If a network namespace has more agents, the rest share the last identity.
    private static let numbers = 0..<64

    /// Finds an identity that no other agent of this network namespace has.
    ///
    /// - Parameters:
    ///   - machine: The facts about the machine.
    ///   - settings: The user's settings. An instance that is set is used even if another agent has it.
    ///   - isSingle: Whether it exports only once.
    init(of machine: Machine, _ settings: ResourceSettings, isSingle: Bool) {
        var isShared = false
        for number in Self.numbers {
            let instance = isSingle ? AgentInstance.single(number: number) : .running(number: number)
            let resource = AgentResource.resource(of: machine, settings, as: instance)
            switch NameClaim.claim(Self.name(of: resource)) {
            case .held(let claim):
                self.init(instance, resource, claim, Self.warning(number, isSingle: isSingle, resource))
                return
            case .unknown:
                self.init(instance, resource, nil, nil)
                return
            case .taken:
                isShared = settings.attributes["service.instance.id"] != nil
            }
            if isShared { break }
        }
        let instance = isSingle ? AgentInstance.single(number: 0) : .running(number: 0)
        let resource = AgentResource.resource(of: machine, settings, as: instance)
        self.init(instance, resource, nil, Self.sharingWarning(resource))
    }

    private init(
        _ instance: AgentInstance,
        _ resource: Metrics.Resource,
        _ claim: NameClaim?,
        _ warning: String?
    ) {
        self.instance = instance
        self.resource = resource
        self.claim = claim
        self.warning = warning
        agentResource = AgentResource.ofAgent(resource, processIdentifier: getpid())
    }

    /// The identity now; nil if it has not changed.
    func following(_ machine: Machine, _ settings: ResourceSettings) -> AgentIdentity? {
        let resource = AgentResource.resource(of: machine, settings, as: instance)
        guard resource != self.resource else { return nil }
        guard Self.name(of: resource) != Self.name(of: self.resource) else {
            // The claim depends only on the instance.
            return AgentIdentity(instance, resource, claim, nil)
        }
        return AgentIdentity(of: machine, settings, isSingle: isSingle)
    }

    private var isSingle: Bool {
        if case .single = instance { true } else { false }
    }

    private static func name(of resource: Metrics.Resource) -> String {
        let service = ["service.namespace", "service.name"].map { resource.attributes[$0]?.description ?? "" }
        // A digest, because the user's texts may be longer than such a name.
        return "tcplens/\(AgentResource.digest(of: service + [resource.instanceID ?? ""]))"
    }

    private static func warning(_ number: Int, isSingle: Bool, _ resource: Metrics.Resource) -> String? {
        guard number > 0, !isSingle else { return nil }
        return """
            another tcplens runs in this network namespace; so that their counters can be distinguished, this one has \
            the service.instance.id \(resource.instanceID ?? "")
            """
    }

    private static func sharingWarning(_ resource: Metrics.Resource) -> String {
        """
        another tcplens of this network namespace has the service.instance.id \(resource.instanceID ?? "") as well, so \
        that their counters will be taken for one that falls and rises: give each its own in OTEL_RESOURCE_ATTRIBUTES
        """
    }
}
