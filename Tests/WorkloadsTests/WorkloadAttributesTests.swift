import Metrics
import Testing

@testable import Workloads

/// The keys of a workload's resource.
@Suite struct WorkloadAttributesTests {
    private static let id = "49f9e8e5395d57c1083996c09e2e6f042d5fe1ec0310facab32f94912b35ce59"

    @Test func `a container in a pod`() {
        let identity = WorkloadIdentity(
            path: "/kubepods.slice/kubepods-burstable.slice/"
                + "kubepods-burstable-pod2942c55e_c9cb_428a_93f4_eaf89c1f3ce0.slice/crio-\(Self.id).scope"
        )
        let known: Attributes = [
            "container.id": .string(Self.id),
            "container.runtime.name": "cri-o",
            "k8s.pod.uid": "2942c55e-c9cb-428a-93f4-eaf89c1f3ce0",
            "tcplens.k8s.pod.qos_class": "Burstable",
        ]
        #expect(identity.attributes() == known)
        let names = KubernetesNames.Names(namespace: "shop", pod: "cart-0", container: "web")
        #expect(
            identity.attributes(names)
                == known.merging([
                    "k8s.namespace.name": "shop", "k8s.pod.name": "cart-0", "k8s.container.name": "web",
                ])
        )
    }

    @Test func `what is not known is left out`() {
        #expect(WorkloadIdentity.host.attributes() == [:])
        #expect(WorkloadIdentity(path: "/x/\(Self.id)").attributes() == ["container.id": .string(Self.id)])
        #expect(
            WorkloadIdentity(path: "/../pode039200acb850c82bb901653cc38ff6e/\(Self.id)").attributes()
                == ["container.id": .string(Self.id), "k8s.pod.uid": "e039200acb850c82bb901653cc38ff6e"]
        )
    }

    @Test func `units, of the system and of users`() {
        #expect(
            WorkloadIdentity(path: "/system.slice/dev-\\x2d.mount").attributes()
                == ["tcplens.systemd.unit.name": "dev-\\x2d.mount"]
        )
        #expect(
            WorkloadIdentity(path: "/user.slice/user@1000.service/a.service").attributes()
                == ["tcplens.systemd.unit.name": "a.service", "tcplens.systemd.user.id": 1000]
        )
    }

    @Test func `a path is the line of the process' cgroup, without control characters`() {
        #expect(WorkloadIdentity(path: "/a/b").attributes() == ["process.linux.cgroup": "0::/a/b"])
        #expect(
            WorkloadIdentity(path: "/a\u{1b}[2J").attributes() == ["process.linux.cgroup": "0::/a\\u{1b}[2J"]
        )
    }

    @Test func `a container of a user and a pod's own cgroup have their path`() {
        let path = "/user.slice/user@1000.service/user.slice/libpod-\(Self.id).scope"
        #expect(WorkloadIdentity(path: path).attributes()["tcplens.cgroup.path"] == .string(path))
        #expect(WorkloadIdentity(path: "/machine.slice/libpod-\(Self.id).scope").attributes().count == 2)
        let pod = "/kubepods/podc55ba69a-e39f-44af-925d-c4794fd57878"
        #expect(
            WorkloadIdentity(path: pod).attributes()
                == [
                    "k8s.pod.uid": "c55ba69a-e39f-44af-925d-c4794fd57878", "tcplens.cgroup.path": .string(pod),
                    "tcplens.k8s.pod.qos_class": "Guaranteed",
                ]
        )
    }

    @Test func `a name that begins with a combining character does not hide the container above it`() {
        let path = "/docker/\(Self.id)/\u{301}x/docker/\(String(Self.id.reversed()))"
        let keys = WorkloadIdentity(path: path).attributes().map(\.key)
        #expect(keys.contains("tcplens.cgroup.path"))
    }
}
