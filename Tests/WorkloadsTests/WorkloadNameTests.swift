import Metrics
import Testing

@testable import Workloads

/// The names of workloads for people.
@Suite struct WorkloadNameTests {
    private static let id = String(repeating: "0123456789abcdef", count: 4)
    private static let uid = "8dbc5577-d0e2-4706-8787-57d52c03ddf2"
    private static let pod = "/kubepods.slice/kubepods-pod8dbc5577_d0e2_4706_8787_57d52c03ddf2.slice"

    @Test(
        arguments: [
            ("/system.slice/docker-\(id).scope", "docker 0123456789ab"),
            ("/system.slice/nginx.service", "nginx.service"),
            ("/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service", "user 1000 foo.service"),
            ("/plain/group", "/plain/group"), ("/", "host"), (pod, "pod \(uid)"),
            ("\(pod)/cri-containerd-\(id).scope", "containerd 0123456789ab"),
        ]
    )
    func `a name says what kind of workload it is`(path: String, name: String) {
        #expect(WorkloadIdentity(path: path).name([:]) == name)
    }

    @Test func `the names of Kubernetes come last, because long names are cut at the start`() {
        let names: Attributes = ["k8s.namespace.name": "shop", "k8s.pod.name": "web-0", "k8s.container.name": "nginx"]
        let container = WorkloadIdentity(path: "\(Self.pod)/cri-containerd-\(Self.id).scope")
        #expect(container.name(names) == "0123456789ab shop/web-0/nginx")
        let pod: Attributes = ["k8s.namespace.name": "shop", "k8s.pod.name": "web-0"]
        #expect(WorkloadIdentity(path: Self.pod).name(pod) == "pod shop/web-0")
    }
}
