import Metrics
import Testing

@testable import ApplicationResources

@Suite struct AgreementTests {
    private func said(_ context: Attributes? = nil, environment: Attributes = [:], inherited: Bool = false)
        -> ProcessStatement
    {
        ProcessStatement(environment: environment, context: context, isInherited: inherited)
    }

    @Test func `processes that say nothing do not disagree`() {
        let agreement = Agreement([said(), said(["service.name": "a", "service.version": "1"]), said([:]), said()])
        #expect(agreement.attributes == ["service.name": "a", "service.version": "1"])
        #expect(agreement.source == .processContext)
        #expect(agreement.disagreements.isEmpty)
    }

    @Test func `nobody says anything`() {
        for statements in [[], [said()], [said([:]), said()]] {
            let agreement = Agreement(statements)
            #expect(agreement.attributes.isEmpty)
            #expect(agreement.source == nil)
        }
    }

    @Test func `only what all agree on is taken`() {
        let agreement = Agreement([
            said(["service.name": "a", "service.namespace": "n", "service.instance.id": "1"]),
            said(["service.name": "b", "service.namespace": "n", "service.instance.id": "1"]),
        ])
        // An instance and a version of a service with no name mean nothing.
        #expect(agreement.attributes == ["service.namespace": "n"])
        #expect(agreement.source == nil)
        #expect(agreement.disagreements == ["service.name": ["a", "b"]])
    }

    @Test func `workers with instances of their own agree on all but the instance`() {
        let agreement = Agreement((0..<4).map { said(["service.name": "a", "service.instance.id": .string("\($0)")]) })
        #expect(agreement.attributes == ["service.name": "a"])
        #expect(agreement.disagreements == ["service.instance.id": ["0", "1", "2", "3"]])
    }

    @Test func `what one process published replaces the environment of all that have the same`() {
        let environment: Attributes = ["service.name": "configured"]
        let agreement = Agreement([
            said(environment: environment), said(["service.name": "a"], environment: environment),
            said(environment: environment),
        ])
        #expect(agreement.attributes == ["service.name": "a"])
        #expect(agreement.source == .processContext)
    }

    @Test func `another environment is another word`() {
        let agreement = Agreement([
            said(["service.name": "a"], environment: ["service.name": "configured"]),
            said(environment: ["service.name": "b"]),
        ])
        #expect(agreement.attributes.isEmpty)
        #expect(agreement.disagreements == ["service.name": ["a", "b"]])
    }

    @Test func `environments alone`() {
        let agreement = Agreement([
            said(environment: ["service.name": "a", "deployment.environment.name": "p"]),
            said(environment: ["service.name": "a", "deployment.environment.name": "q"]),
        ])
        #expect(agreement.attributes == ["service.name": "a"])
        #expect(agreement.source == .environment)
    }

    @Test func `an inherited context counts only where there is no other`() {
        let inherited = said(["service.name": "parent", "service.instance.id": "p"], inherited: true)
        #expect(Agreement([inherited]).attributes["service.instance.id"] == "p")
        let own = said(["service.name": "child"])
        #expect(Agreement([inherited, own]).attributes == ["service.name": "child"])
        #expect(Agreement([inherited, own]).disagreements.isEmpty)
    }

    @Test func `a name from the environment is not the context's`() {
        let agreement = Agreement([
            said(["service.version": "1"]), said(environment: ["service.name": "a"]),
        ])
        #expect(agreement.attributes == ["service.name": "a", "service.version": "1"])
        #expect(agreement.source == .environment)
    }
}

@Suite struct FallbackIdentityTests {
    private let pod: Attributes = [
        "k8s.namespace.name": "prod", "k8s.pod.name": "web-7c9-x2", "k8s.container.name": "app", "container.id": "0123",
    ]

    @Test func `Kubernetes' rules are those of the conventions`() {
        let identity = FallbackIdentity(of: .container(id: "0123"), pod)
        #expect(identity.name == "web-7c9-x2")
        #expect(identity.namespace == "prod")
        #expect(identity.instance == "prod.web-7c9-x2.app")
        let withoutPod = FallbackIdentity(of: .container(id: "0123"), ["k8s.container.name": "app"])
        #expect(withoutPod.name == "app")
        #expect(withoutPod.instance == nil)
        #expect(FallbackIdentity(of: .pod(uid: "u"), ["k8s.pod.name": "web"]).name == "web")
        #expect(FallbackIdentity(of: .pod(uid: "u"), [:]).name == "u")
    }

    @Test(
        arguments: [
            (.container(id: String(repeating: "0123456789abcdef", count: 4)), "0123456789ab"),
            (.unit("nginx.service"), "nginx"), (.unit("postgresql@15-main.service"), "postgresql@15-main"),
            (.unit("app.slice.scope"), "app.slice"), (.unit("odd"), "odd"), (.unit(".service"), ".service"),
            (.unit("foo.service", user: 1000), "foo"), (.path("/a/b c"), "b c"), (.path("/"), "/"), (.path(""), "/"),
        ] as [(WorkloadName, String)]
    )
    func `everything else is called by its name`(workload: WorkloadName, name: String) {
        let identity = FallbackIdentity(of: workload, [:])
        #expect(identity.name == name)
        #expect(identity.namespace == nil)
        #expect(identity.instance == nil)
    }

    @Test func `derived instances are stable, and different for each workload and host`() {
        let names: [WorkloadName] = [
            .container(id: "a"), .container(id: "b"), .pod(uid: "a"), .unit("a"), .unit("a", user: 1),
            .unit("a", user: 2), .path("a"),
        ]
        let all = [["h1"], ["h2"], ["h1", "x"]].flatMap { host in
            names.flatMap { name in (0..<3).map { name.instanceID(on: host, number: $0) } }
        }
        #expect(Set(all).count == 3 * 7 * 3)
        // A change would begin all series anew.
        #expect(WorkloadName.container(id: "a").instanceID(on: ["h1"]) == "aa3d70ad-f474-5d6d-aa48-73530a6a8f07")
    }
}
