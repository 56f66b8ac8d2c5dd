internal import Metrics

/// Sees to it that no two workloads of a request are the same service, and that none is the agent itself.
///
/// An application can say what it wants, also that it is another one. Then only its own resource changes:
///
/// - Instance ids that are derived from a workload belong to that workload.
/// - Of several applications that say the same, the first one is believed as long as it is there.
/// - Whoever was not believed is not believed later either. Otherwise it would only have to wait until the other one
///   restarts.
struct IdentityClaims {
    /// What a workload wants to be.
    struct Claim {
        /// The workload.
        var id: UInt64
        /// The namespace of the service, if it has one.
        var namespace: String?
        /// The name of the service.
        var name: String
        /// The instance that the application says it is, if it does.
        var said: String?
        /// The instances that belong to the workload, the best one first; more can be made.
        var own: [String]
        /// Makes more; the number begins with 1.
        var furtherInstance: (Int) -> String
        /// When the first process that says so was started; decides if both are new.
        var start: UInt64
        /// Whether the workload has ended: it has no processes any more, or is exported for the last time.
        var hasEnded: Bool
    }

    /// What a workload is.
    struct Decision: Equatable {
        /// The `service.instance.id`.
        var instance: String
        /// Whether it is what the application says.
        var isSaid = false
        /// The workload that is what this one says to be; nil if that is the agent, or nothing was refused.
        var holder: UInt64?
        /// Whether the application says to be something that it is not.
        var isRefused = false
        /// Whether it only has to wait until a workload that has ended is gone.
        var isWaiting = false
    }

    /// How often a workload can say to be another one; after that nothing that it says is believed.
    private static let maximumRefusals = 64

    /// The identities of the agent.
    private let reserved: Set<ServiceIdentity>
    private var owners: [ServiceIdentity: UInt64] = [:]
    private var refused: [UInt64: Set<ServiceIdentity>] = [:]

    /// Creates an empty value; no workload can have one of the identities in `reserved`.
    init(reserved: Set<ServiceIdentity>) {
        self.reserved = reserved
    }

    /// How many identities were refused to the workloads that are there.
    var refusedCount: Int { refused.values.reduce(0) { $0 + $1.count } }

    /// Decides on the claims of all workloads of a request.
    mutating func decide(_ claims: [Claim]) -> [UInt64: Decision] {
        let present = Set(claims.lazy.map(\.id))
        refused = refused.filter { present.contains($0.key) }
        let ended = Set(claims.lazy.filter(\.hasEnded).map(\.id))
        var belongsTo: [String: Set<UInt64>] = [:]
        for claim in claims {
            for instance in claim.own {
                belongsTo[instance, default: []].insert(claim.id)
            }
        }
        var taken: [ServiceIdentity: UInt64] = [:]
        var decisions: [UInt64: Decision] = [:]
        for claim in inOrder(claims) {
            var decision = Decision(instance: "")
            if let said = claim.said {
                let identity = ServiceIdentity(namespace: claim.namespace, name: claim.name, instance: said)
                let others = belongsTo[said, default: []]
                // Two starts of a container in a pod have the same instance by Kubernetes' rule.
                let holder = taken[identity] ?? (others.contains(claim.id) ? nil : others.min())
                if holder == nil, !reserved.contains(identity), !isRefused(identity, to: claim.id) {
                    decision = Decision(instance: said, isSaid: true)
                    taken[identity] = claim.id
                } else if let holder, ended.contains(holder) {
                    decision.isWaiting = true
                } else {
                    decision.isRefused = true
                    decision.holder = holder
                    if !isRefused(identity, to: claim.id) {
                        refused[claim.id, default: []].insert(identity)
                    }
                }
            }
            if !decision.isSaid {
                let (instance, isFirst) = ownInstance(of: claim, taken)
                decision.instance = instance
                decision.isWaiting = decision.isWaiting || !isFirst
                taken[ServiceIdentity(namespace: claim.namespace, name: claim.name, instance: instance)] = claim.id
            }
            decisions[claim.id] = decision
        }
        owners = taken
        return decisions
    }

    private func isRefused(_ identity: ServiceIdentity, to workload: UInt64) -> Bool {
        guard let refused = refused[workload] else { return false }
        return refused.count >= Self.maximumRefusals || refused.contains(identity)
    }

    /// The claims in the order in which they are decided: what somebody already is comes first.
    private func inOrder(_ claims: [Claim]) -> [Claim] {
        let rank = { (claim: Claim) -> Int in
            let identity = ServiceIdentity(
                namespace: claim.namespace,
                name: claim.name,
                instance: claim.said ?? claim.own.first ?? ""
            )
            return owners[identity] == claim.id ? 0 : claim.hasEnded ? 1 : 2
        }
        return claims.map { (rank: rank($0), claim: $0) }
            .sorted { ($0.rank, $0.claim.start, $0.claim.id) < ($1.rank, $1.claim.start, $1.claim.id) }
            .map(\.claim)
    }

    /// The first instance of the workload that nobody has, and whether it is the best one.
    private func ownInstance(of claim: Claim, _ taken: [ServiceIdentity: UInt64]) -> (String, isFirst: Bool) {
        let isFree = { (instance: String) in
            let identity = ServiceIdentity(namespace: claim.namespace, name: claim.name, instance: instance)
            return taken[identity] == nil && !reserved.contains(identity)
        }
        for (index, instance) in claim.own.enumerated() where isFree(instance) {
            return (instance, index == 0)
        }
        // One more than there are workloads is enough.
        for number in 1...(taken.count + reserved.count + 1) {
            let instance = claim.furtherInstance(number)
            if isFree(instance) { return (instance, false) }
        }
        return (claim.furtherInstance(0), false)
    }
}
