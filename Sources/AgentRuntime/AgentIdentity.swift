import Glibc
import Metrics
import Resource
import System

/// Who an agent is to those that get its metrics.
struct AgentIdentity: Sendable {
    /// What it observes is about.
    let resource: Metrics.Resource
    /// What it says of itself is about.
    let agentResource: Metrics.Resource
    /// What the user should know of it.
    let warning: String?

    private let instance: AgentInstance
    /// Keeps others of the network namespace from being the same.
    private let claim: NameClaim?

    /// More agents than that in one network namespace share their last identity.
    private static let numbers = 0..<64

    /// Finds out who the agent is, and that no other one of this network namespace is the same.
    ///
    /// - Parameters:
    ///   - machine: Where the facts are.
    ///   - settings: What the user says; an instance that is given stays, even if another agent has it.
    ///   - isSingle: Whether it exports once only.
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

    /// Who the agent is now; nil when nothing has changed.
    func following(_ machine: Machine, _ settings: ResourceSettings) -> AgentIdentity? {
        let resource = AgentResource.resource(of: machine, settings, as: instance)
        guard resource != self.resource else { return nil }
        guard Self.name(of: resource) != Self.name(of: self.resource) else {
            // The claim is on the instance alone.
            return AgentIdentity(instance, resource, claim, nil)
        }
        return AgentIdentity(of: machine, settings, isSingle: isSingle)
    }

    private var isSingle: Bool {
        if case .single = instance { true } else { false }
    }

    private static func name(of resource: Metrics.Resource) -> String {
        let service = ["service.namespace", "service.name"].map { resource.attributes[$0]?.description ?? "" }
        // Texts of the user may be longer than such a name.
        return "tcplens/\(AgentResource.digest(of: service + [resource.instanceID ?? ""]))"
    }

    private static func warning(_ number: Int, isSingle: Bool, _ resource: Metrics.Resource) -> String? {
        guard number > 0, !isSingle else { return nil }
        return """
            another tcplens runs in this network namespace; so that their counters are told apart, this one has the \
            service.instance.id \(resource.instanceID ?? "")
            """
    }

    private static func sharingWarning(_ resource: Metrics.Resource) -> String {
        """
        another tcplens of this network namespace has the service.instance.id \(resource.instanceID ?? "") as well, so \
        that their counters will be taken for one that falls and rises: give each its own in OTEL_RESOURCE_ATTRIBUTES
        """
    }
}
