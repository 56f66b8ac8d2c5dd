import Metrics
import Testing

@testable import ApplicationResources

@Suite struct IdentityClaimsTests {
    private func claim(
        _ id: UInt64,
        _ name: String = "shop",
        said: String? = nil,
        own: [String]? = nil,
        start: UInt64 = 0,
        hasEnded: Bool = false
    ) -> IdentityClaims.Claim {
        IdentityClaims.Claim(
            id: id,
            namespace: nil,
            name: name,
            said: said,
            own: own ?? ["own-\(id)"],
            furtherInstance: { "own-\(id)-\($0)" },
            start: start,
            hasEnded: hasEnded
        )
    }

    @Test func `replicas of a service are different instances`() {
        var claims = IdentityClaims(reserved: [])
        let decisions = claims.decide((1...10).map { claim($0) })
        #expect(Set(decisions.values.map(\.instance)).count == 10)
        #expect(decisions[3] == .init(instance: "own-3"))
        #expect(claims.decide([claim(1, said: "x")])[1] == .init(instance: "x", isSaid: true))
    }

    @Test func `of two that say the same, the first one is believed, also when the other restarts it all`() {
        var claims = IdentityClaims(reserved: [])
        let first = claim(2, said: "x", start: 50)
        #expect(claims.decide([first])[2]?.isSaid == true)
        // It comes later, even though its number and its start are lower.
        let second = claim(1, said: "x", start: 1)
        for _ in 0..<3 {
            let decisions = claims.decide([second, first])
            #expect(decisions[2] == .init(instance: "x", isSaid: true))
            #expect(decisions[1] == .init(instance: "own-1", holder: 2, isRefused: true))
        }
        // Whoever was refused does not take over.
        #expect(claims.decide([second])[1]?.instance == "own-1")
        let restarted = claim(3, said: "x", start: 99)
        #expect(claims.decide([second, restarted])[3] == .init(instance: "x", isSaid: true))
        #expect(claims.decide([second, restarted])[1]?.instance == "own-1")
    }

    @Test func `of two new ones the older process is believed`() {
        var claims = IdentityClaims(reserved: [])
        let decisions = claims.decide([claim(1, said: "x", start: 9), claim(2, said: "x", start: 8)])
        #expect(decisions[2]?.isSaid == true)
        #expect(decisions[1]?.isRefused == true)
    }

    @Test func `the same instance of another service is somebody else`() {
        var claims = IdentityClaims(reserved: [])
        let decisions = claims.decide([claim(1, "a", said: "x"), claim(2, "b", said: "x")])
        #expect(decisions.values.map(\.isSaid) == [true, true])
    }

    @Test func `nobody is the agent`() {
        let agent = ServiceIdentity(namespace: nil, name: "tcplens", instance: "agent")
        var claims = IdentityClaims(reserved: [agent])
        #expect(
            claims.decide([claim(1, "tcplens", said: "agent")])[1] == .init(instance: "own-1", isRefused: true)
        )
        #expect(
            claims.decide([claim(2, "tcplens", own: ["agent"])])[2] == .init(instance: "own-2-1", isWaiting: true)
        )
    }

    @Test func `an instance that is derived from a workload is that workload's, whoever came first`() {
        var claims = IdentityClaims(reserved: [])
        let hostile = claim(1, said: "own-2")
        #expect(claims.decide([hostile])[1]?.isSaid == true)
        let decisions = claims.decide([hostile, claim(2)])
        #expect(decisions[2] == .init(instance: "own-2"))
        #expect(decisions[1] == .init(instance: "own-1", holder: 2, isRefused: true))
        // It may say what it is anyway.
        #expect(claims.decide([claim(3, said: "own-3")])[3] == .init(instance: "own-3", isSaid: true))
    }

    @Test func `a successor waits until its predecessor was exported for the last time`() {
        var claims = IdentityClaims(reserved: [])
        _ = claims.decide([claim(1, said: "web-0")])
        var decisions = claims.decide([claim(1, said: "web-0", hasEnded: true), claim(2, said: "web-0")])
        #expect(decisions[1] == .init(instance: "web-0", isSaid: true))
        #expect(decisions[2] == .init(instance: "own-2", isWaiting: true))
        #expect(claims.decide([claim(2, said: "web-0")])[2] == .init(instance: "web-0", isSaid: true))
        // The same by Kubernetes' rule, where nobody says anything.
        _ = claims.decide([claim(3, own: ["ns.pod.app", "u3"])])
        let ended = claim(3, own: ["ns.pod.app", "u3"], hasEnded: true)
        decisions = claims.decide([ended, claim(4, own: ["ns.pod.app", "u4"])])
        #expect(decisions[3] == .init(instance: "ns.pod.app"))
        #expect(decisions[4] == .init(instance: "u4", isWaiting: true))
        #expect(claims.decide([claim(4, own: ["ns.pod.app", "u4"])])[4] == .init(instance: "ns.pod.app"))
    }

    @Test func `no two are ever the same, whatever is said`() {
        var claims = IdentityClaims(reserved: [ServiceIdentity(namespace: nil, name: "n0", instance: "i0")])
        var generator = SeededGenerator(state: 7)
        for _ in 0..<300 {
            let all = (1...12 as ClosedRange<UInt64>).filter { _ in Bool.random(using: &generator) }.map { id in
                let said = Bool.random(using: &generator) ? "i\(Int.random(in: 0..<4, using: &generator))" : nil
                return claim(
                    id,
                    "n\(Int.random(in: 0..<2, using: &generator))",
                    said: said,
                    own: ["i\(id % 5)", "own-\(id)"],
                    start: .random(in: 0..<4, using: &generator),
                    hasEnded: Bool.random(using: &generator)
                )
            }
            let decisions = claims.decide(all)
            let identities = all.map { claim in
                ServiceIdentity(namespace: nil, name: claim.name, instance: decisions[claim.id]?.instance ?? "")
            }
            #expect(decisions.count == all.count)
            #expect(Set(identities).count == all.count)
            #expect(!identities.contains(ServiceIdentity(namespace: nil, name: "n0", instance: "i0")))
        }
    }

    @Test func `a service that changes what it says has no more memory than others`() {
        var claims = IdentityClaims(reserved: [])
        for number in 0..<1000 {
            let decisions = claims.decide([claim(1), claim(2, "n\(number)", said: "own-1")])
            #expect(decisions[2]?.instance == "own-2")
            #expect(decisions[1]?.instance == "own-1")
        }
        #expect(claims.refusedCount == 64)
    }

    @Test func `namespace and name are one text, as Prometheus has them`() {
        #expect(
            ServiceIdentity(namespace: "a", name: "b/c", instance: "i")
                == ServiceIdentity(namespace: "a/b", name: "c", instance: "i")
        )
        #expect(
            ServiceIdentity(of: ["service.namespace": "", "service.name": "n", "service.instance.id": "i"])
                == ServiceIdentity(namespace: nil, name: "n", instance: "i")
        )
    }
}

/// The same random numbers each time.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}
