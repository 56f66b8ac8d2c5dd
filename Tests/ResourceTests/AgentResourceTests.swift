import Metrics
import Testing

@testable import Resource

@Suite struct AgentResourceTests {
    private func machine(_ environment: [String: String] = [:]) -> Machine {
        let files = [
            "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
            "/proc/sys/kernel/hostname": "edge-7\n",
            "/proc/sys/kernel/osrelease": "6.12.0\n",
        ]
        return Machine(environment: environment) { files[$0] }
    }

    @Test func `a plain host is described by the conventions`() {
        let attributes = AgentResource(of: machine()).resource.attributes
        #expect(attributes["service.name"] == "tcplens")
        #expect(attributes["host.name"] == "edge-7")
        #expect(attributes["host.id"] == "0123456789abcdef0123456789abcdef")
        #expect(attributes["os.type"] == "linux")
        #expect(attributes["os.version"] == "6.12.0")
        #expect(attributes["telemetry.sdk.language"] == "swift")
        #expect(attributes["telemetry.sdk.name"] == "tcplens")
        #expect(attributes["k8s.pod.name"] == nil)
    }

    @Test func `the instance outlives a restart and differs between pods of a node (conformance 88)`() {
        let host = AgentResource(of: machine()).resource.attributes["service.instance.id"]
        let pod = AgentResource(of: machine(["K8S_POD_UID": "u-1"])).resource.attributes["service.instance.id"]
        #expect(host == AgentResource(of: machine()).resource.attributes["service.instance.id"])
        #expect(host != pod)
    }

    @Test func `what an agent says of itself is another instance of the same service, whatever the user says`() {
        for text in ["", "service.instance.id=mine,service.name=n", "service.instance.id=", "process.pid=1"] {
            let resource = AgentResource(of: machine(["OTEL_RESOURCE_ATTRIBUTES": text])).resource
            let own = AgentResource.ofAgent(resource, processIdentifier: 7)
            var attributes = own.attributes
            #expect(attributes["process.pid"] == 7)
            #expect(attributes["service.instance.id"] != resource.attributes["service.instance.id"])
            #expect(!own.isSameService(as: resource))
            // Everything else is the same, so that the two can be joined.
            attributes["process.pid"] = resource.attributes["process.pid"]
            attributes["service.instance.id"] = resource.attributes["service.instance.id"]
            #expect(attributes == resource.attributes)
            // Two resources of one instance would be two target_info, so another process is another instance.
            #expect(AgentResource.ofAgent(resource, processIdentifier: 7) == own)
            #expect(AgentResource.ofAgent(resource, processIdentifier: 8).instanceID != own.instanceID)
        }
    }

    @Test func `what the user says wins, the service name most (conformance 26, 27)`() {
        let attributes = AgentResource(
            of: machine([
                "OTEL_RESOURCE_ATTRIBUTES": "service.name=a,host.name=web%2C1, team =core",
                "OTEL_SERVICE_NAME": "b",
            ])
        ).resource.attributes
        #expect(attributes["service.name"] == "b")
        #expect(attributes["host.name"] == "web,1")
        #expect(attributes["team"] == "core")
    }

    @Test(arguments: ["novalue", "a=%zz", "a=%+1", "=b", "good=1,bad"])
    func `one error discards all of OTEL_RESOURCE_ATTRIBUTES and says so (conformance 26)`(text: String) {
        let found = AgentResource(of: machine(["OTEL_RESOURCE_ATTRIBUTES": text]))
        #expect(found.resource == AgentResource(of: machine()).resource)
        #expect(found.warnings.count == 1)
    }

    @Test(arguments: ["", " ", "\n", " \t\r\n"])
    func `an empty variable is an unset one`(value: String) {
        let empty = machine(["OTEL_SERVICE_NAME": value, "OTEL_RESOURCE_ATTRIBUTES": value, "K8S_POD_UID": value])
        #expect(AgentResource(of: empty) == AgentResource(of: machine()))
    }

    @Test(arguments: [
        "a=1,b=2", "a=1,b=2,", "a=1,b=2, ", ",a=1,b=2", " , a = 1 ,, b=2\n", "a=1,\nb=2,\n", "a=1,\t,\r\n,b=2,,,",
        "\u{A0},a=1,b=2",
    ])
    func `blank members of a list are none`(list: String) {
        let found = AgentResource(of: machine(["OTEL_RESOURCE_ATTRIBUTES": list]))
        #expect(found.warnings.isEmpty)
        #expect(found.resource.attributes["a"] == "1" && found.resource.attributes["b"] == "2")
        #expect(found.resource.attributes.count == AgentResource(of: machine()).resource.attributes.count + 2)
    }

    @Test func `the downward API names the pod`() {
        let attributes = AgentResource(of: machine(["K8S_POD_NAME": "web-1", "K8S_NODE_NAME": "n1"])).resource
            .attributes
        #expect(attributes["k8s.pod.name"] == "web-1")
        #expect(attributes["k8s.node.name"] == "n1")
    }
}

@Suite struct InstanceIDTests {
    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (String(repeating: "a", count: 55), "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
        (String(repeating: "a", count: 56), "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
        (String(repeating: "a", count: 64), "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
    ])
    func `SHA-1 agrees with sha1sum`(message: String, digest: String) {
        let hexadecimal = SHA1.digest(Array(message.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        #expect(hexadecimal.joined() == digest)
    }

    @Test func `the UUID is of version 5 in the conventions' namespace`() {
        // python3 -c 'import uuid; print(uuid.uuid5(uuid.UUID("4d63009a-8d0f-11ee-aad7-4c796ed8e320"), "host"))'
        #expect(InstanceID.make(of: "host") == "cdbdec53-6682-5d95-97d7-d265047fb897")
    }
}
