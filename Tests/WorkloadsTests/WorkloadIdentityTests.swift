import Foundation
import Testing

@testable import Workloads

/// What the path of a cgroup says, in every naming scheme.
@Suite struct WorkloadIdentityTests {
    @Test(arguments: ContainerVector.all)
    func `a container is found in its path`(vector: ContainerVector) {
        let pod = vector.uid.map { WorkloadIdentity.Pod(uid: $0, qualityOfService: vector.qualityOfService) }
        #expect(
            WorkloadIdentity(path: vector.path)
                == .container(
                    .init(id: vector.id, runtime: vector.runtime, pod: pod, path: vector.top ?? vector.path)
                )
        )
        #expect(WorkloadIdentity.top(of: vector.path) == vector.top ?? vector.path)
    }

    private static let hex = "63425c4a8b4291744a79dd9011fddc7a1f8ffda61f65d72196aa01d00cae2e2d"

    @Test(arguments: [
        "/system.slice/sshd.service": WorkloadIdentity.unit(.init("sshd.service")),
        "/init.scope": .unit(.init("init.scope")),
        "/../system.slice/sshd.service": .unit(.init("sshd.service")),
        "/system.slice/run-ra2ddf9594bbf4a1986439b594f89eb0f.scope":
            .unit(.init("run-ra2ddf9594bbf4a1986439b594f89eb0f.scope")),
        "/machine.slice/crio-conmon-\(hex).scope": .unit(.init("crio-conmon-\(hex).scope")),
        "/machine.slice/libpod-conmon-\(hex).scope": .unit(.init("libpod-conmon-\(hex).scope")),
        "/system.slice/nginx.service/worker/1": .unit(.init("nginx.service")),
        "/system.slice/system-getty.slice/getty@tty1.service": .unit(.init("getty@tty1.service")),
        "/system.slice/dev-disk-by\\x2duuid-1a.swap": .unit(.init("dev-disk-by\\x2duuid-1a.swap")),
        "/system.slice/systemd-journald-dev-log.socket": .unit(.init("systemd-journald-dev-log.socket")),
        // Names that systemd escapes, because the kernel's files have such names.
        "/system.slice/_cpu.service": .unit(.init("cpu.service")),
        "/system.slice/__a.service": .unit(.init("_a.service")),
        "/_cpu.slice/a.service": .unit(.init("a.service")),
        // Users.
        "/user.slice/user-1000.slice/session-3.scope": .unit(.init("session-3.scope")),
        "/user.slice/user-1000.slice/user@1000.service": .unit(.init("user@1000.service")),
        "/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service":
            .unit(.init("foo.service", user: 1000)),
        "/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service/a.service":
            .unit(.init("foo.service", user: 1000)),
        "/user.slice/user-0.slice/user@0.service/init.scope": .unit(.init("init.scope", user: 0)),
        "/user.slice/user-1000.slice/user@1000.service/app.slice": .unit(.init("user@1000.service")),
        "/user.slice/user@99999999999.service/a.service": .unit(.init("user@99999999999.service")),
        // What a unit makes below itself is its own, also with the name of another unit.
        "/system.slice/evil.service/system.slice/sshd.service": .unit(.init("evil.service")),
        // Neither.
        "/": .host,
        "": .host,
        "/..": .host,
        "/../..": .host,
        "/user.slice": .path("/user.slice"),
        "/user.slice/user-1000.slice": .path("/user.slice/user-1000.slice"),
        "/custom/system.slice/sshd.service": .path("/custom/system.slice/sshd.service"),
        "/lxc.payload.web": .path("/lxc.payload.web"),
        "/../other": .path("/../other"),
        "/system.slice/foo@.service": .path("/system.slice/foo@.service"),
        "/system.slice/@foo.service": .path("/system.slice/@foo.service"),
        "/.service": .path("/.service"),
        "/a b.service": .path("/a b.service"),
        "/\(String(repeating: "a", count: 248)).service": .path("/\(String(repeating: "a", count: 248)).service"),
        "/libpod_parent/\(hex)": .path("/libpod_parent/\(hex)"),
        // No container's id: too long, too short, upper case, another separator.
        "/docker/0\(hex)": .path("/docker/0\(hex)"),
        "/docker/\(hex.dropLast())": .path("/docker/\(hex.dropLast())"),
        "/docker/\(hex.uppercased())": .path("/docker/\(hex.uppercased())"),
        "/docker/docker_\(hex)": .path("/docker/docker_\(hex)"),
        "/crio-conmon-\(hex)": .path("/crio-conmon-\(hex)"),
        // A pod's own cgroup.
        "/kubepods/burstable/pod0d08203e-255a-11e9-8cd9-0007cb0b2cc8/crio-conmon-\(hex)":
            .pod(
                .init(uid: "0d08203e-255a-11e9-8cd9-0007cb0b2cc8", qualityOfService: .burstable),
                path: "/kubepods/burstable/pod0d08203e-255a-11e9-8cd9-0007cb0b2cc8"
            ),
        "/kubepods.slice/kubepods-pod0d08203e_255a_11e9_8cd9_0007cb0b2cc8.slice":
            .pod(
                .init(uid: "0d08203e-255a-11e9-8cd9-0007cb0b2cc8", qualityOfService: .guaranteed),
                path: "/kubepods.slice/kubepods-pod0d08203e_255a_11e9_8cd9_0007cb0b2cc8.slice"
            ),
        // No pod's uid.
        "/pod0d08203e-255a-11e9_8cd9-0007cb0b2cc8": .path("/pod0d08203e-255a-11e9_8cd9-0007cb0b2cc8"),
        "/pod0d08203e255a-11e9-8cd9-0007-cb0b2cc8": .path("/pod0d08203e255a-11e9-8cd9-0007-cb0b2cc8"),
        "/xpod9729a196c4723b60ab401eaff722982d": .path("/xpod9729a196c4723b60ab401eaff722982d"),
    ])
    func `what is no container is a unit, a pod, or a path`(path: String, identity: WorkloadIdentity) {
        #expect(WorkloadIdentity(path: path) == identity)
    }

    @Test func `the top of a unit is its own cgroup`() {
        let manager = "/user.slice/user-1000.slice/user@1000.service"
        #expect(WorkloadIdentity.top(of: "/system.slice/nginx.service/worker") == "/system.slice/nginx.service")
        #expect(WorkloadIdentity.top(of: "\(manager)/app.slice/a.service/b") == "\(manager)/app.slice/a.service")
        #expect(WorkloadIdentity.top(of: "\(manager)/app.slice") == manager)
        #expect(WorkloadIdentity.top(of: "/a/b") == "/a/b")
    }

    @Test func `nobody joins another's workload by a name below what is their own`() {
        let container = WorkloadIdentity(path: "/system.slice/docker-\(Self.hex).scope")
        let pod = "/kubepods/pod0d08203e-255a-11e9-8cd9-0007cb0b2cc8"
        for place in [
            "/user.slice/user-1000.slice/user@1000.service", "/docker/\(ContainerVector.inner)",
            "/system.slice/a.service",
        ] {
            let pretended = WorkloadIdentity(path: "\(place)/system.slice/docker-\(Self.hex).scope")
            #expect(pretended.container?.id == container.container?.id)
            #expect(pretended != container)
            #expect(pretended.attributes() != container.attributes())
            #expect(WorkloadIdentity(path: place + pod) != WorkloadIdentity(path: pod))
            #expect(WorkloadIdentity(path: "\(place)/system.slice/sshd.service") != .unit(.init("sshd.service")))
        }
    }

    @Test func `identities survive being saved`() throws {
        for path in ContainerVector.all.map(\.path) + ["/", "/a", "/a.service", "/user@1.service/b.service"] {
            let identity = WorkloadIdentity(path: path)
            let saved = try JSONEncoder().encode(identity)
            #expect(try JSONDecoder().decode(WorkloadIdentity.self, from: saved) == identity)
        }
    }

    @Test func `any bytes are some identity`() {
        var generator = SystemRandomNumberGenerator()
        let parts = [
            "/", "..", ".scope", ".service", ".slice", "pod", "-", ":", "_", "@", "\\x2d", Self.hex, "user@1.service",
            "0d08203e-255a-11e9-8cd9-0007cb0b2cc8", "\u{0}", "\n", "é", "\u{1F600}", "a",
        ]
        for _ in 0..<20_000 {
            let path = (0..<Int.random(in: 0..<12, using: &generator))
                .map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
            let identity = WorkloadIdentity(path: path)
            #expect(identity == WorkloadIdentity(path: path))
            // The top of a workload is of the same workload.
            #expect(WorkloadIdentity(path: WorkloadIdentity.top(of: path)) == identity, "\(path.debugDescription)")
            _ = identity.attributes()
        }
        let long = "/" + String(repeating: "a/", count: 100_000)
        #expect(WorkloadIdentity(path: long) == .path(String(long.dropLast())))
    }
}
