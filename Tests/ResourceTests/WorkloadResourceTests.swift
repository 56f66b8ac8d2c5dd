import Metrics
import Testing

@testable import Resource

@Suite struct WorkloadResourceTests {
    /// What an agent in a pod may know, and what its user may have set.
    private let agent = Metrics.Resource(
        attributes: [
            "service.name": "tcplens", "service.namespace": "ops", "service.version": "1", "service.instance.id": "a",
            "process.pid": 7, "container.id": "c", "oci.manifest.digest": "d", "k8s.pod.name": "p", "k8s.pod.uid": "u",
            "k8s.namespace.name": "n", "k8s.container.name": "k", "k8s.daemonset.name": "s",
            "host.name": "h", "host.id": "i", "os.type": "linux", "os.version": "6", "k8s.node.name": "o",
            "k8s.cluster.name": "l", "cloud.region": "r", "deployment.environment.name": "test", "team": "t",
            "telemetry.sdk.name": "tcplens",
        ],
        schemaURL: "https://x"
    )

    private let common: Attributes = [
        "host.name": "h", "host.id": "i", "os.type": "linux", "os.version": "6", "k8s.node.name": "o",
        "k8s.cluster.name": "l", "cloud.region": "r", "deployment.environment.name": "test", "team": "t",
        "telemetry.sdk.name": "tcplens",
    ]

    @Test func `a workload has what is true of its machine, and nothing of the agent`() {
        let own: Attributes = ["service.name": "shop", "service.instance.id": "1", "container.id": "x"]
        let resource = AgentResource.ofWorkload(agent, own)
        #expect(resource.attributes == common.merging(own))
        #expect(resource.schemaURL == "https://x")
    }

    @Test func `what is known of a workload takes precedence`() {
        let own: Attributes = [
            "service.name": "shop", "service.instance.id": "1", "deployment.environment.name": "live", "team": "shop",
        ]
        #expect(AgentResource.ofWorkload(agent, own).attributes == common.merging(own))
    }

    @Test func `a workload without a name or an instance still has an identity`() {
        let one = AgentResource.ofWorkload(agent, ["container.id": "1"])
        #expect(one.attributes["service.name"] == "unknown_service")
        #expect(one.instanceID?.count == 36)
        #expect(one == AgentResource.ofWorkload(agent, ["container.id": "1"]))
        #expect(!one.isSameService(as: AgentResource.ofWorkload(agent, ["container.id": "2"])))
        var other = agent
        other.attributes["service.instance.id"] = "b"
        #expect(!one.isSameService(as: AgentResource.ofWorkload(other, ["container.id": "1"])))
    }

    @Test func `the overflow is the host's service with an instance of its own`() {
        let overflow = AgentResource.ofOverflow(agent)
        let agentsOwn = AgentResource.ofAgent(agent, processIdentifier: 1)
        #expect(overflow == AgentResource.ofOverflow(agent))
        #expect(overflow.attributes["tcplens.workload.overflow"] == true)
        #expect(overflow.attributes["service.name"] == "tcplens")
        #expect(overflow.attributes["service.namespace"] == "ops")
        #expect(overflow.attributes["container.id"] == nil && overflow.attributes["k8s.pod.uid"] == nil)
        #expect(overflow.attributes["host.name"] == "h")
        #expect(!overflow.isSameService(as: agent) && !overflow.isSameService(as: agentsOwn))
    }
}
