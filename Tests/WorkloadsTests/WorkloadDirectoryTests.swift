import Metrics
import System
import Testing

@testable import Workloads

/// From the id of a cgroup to its workload, over time.
@Suite struct WorkloadDirectoryTests {
    private static let id = "49f9e8e5395d57c1083996c09e2e6f042d5fe1ec0310facab32f94912b35ce59"
    private static let uid = "2942c55e-c9cb-428a-93f4-eaf89c1f3ce0"

    private let tree = FakeTree()

    @Test func `an id has the identity of its path`() {
        let worker = tree.add("/system.slice/nginx.service/worker")
        let container = tree.add("/docker/\(Self.id)")
        let other = tree.add("/other")
        var directory = tree.directory()
        #expect(directory.identity(of: worker) == .unit(.init("nginx.service")))
        #expect(directory.identity(of: container).container?.id == Self.id)
        #expect(directory.identity(of: other) == .path("/other"))
        #expect(directory.path(of: worker) == "/system.slice/nginx.service/worker")
        #expect(directory.attributes(of: directory.identity(of: container))["container.runtime.name"] == "docker")
        #expect(tree.walks == 1)
    }

    @Test func `the root, 0 and what was never seen are the host, without a walk for the first two`() {
        var directory = tree.directory()
        tree.advance(by: .seconds(5))
        #expect(directory.identity(of: 0) == .host)
        #expect(directory.identity(of: 1) == .host)
        #expect(tree.walks == 1)
        #expect(directory.identity(of: .max) == .host)
        #expect(tree.walks == 2)
        #expect(directory.path(of: 1) == "/")
        #expect(directory.path(of: .max) == nil)
        #expect(directory.exists(1))
        #expect(!directory.exists(.max))
        #expect(directory.attributes(of: .host) == [:])
    }

    @Test func `an unknown id lets the tree be read again, at most once a second`() {
        var directory = tree.directory()
        let first = tree.add("/a.service")
        let early = directory.identity(of: first)
        #expect(early == .host, "less than a second after the start")
        tree.advance(by: .seconds(1))
        for _ in 0..<10 { _ = directory.identity(of: 999) }
        #expect(tree.walks == 2)
        #expect(directory.identity(of: first) == .unit(.init("a.service")), "that walk has met it")
        let second = tree.add("/b.service")
        tree.advance(by: .milliseconds(999))
        #expect(directory.identity(of: second) == .host)
        tree.advance(by: .milliseconds(1))
        #expect(directory.identity(of: second) == .unit(.init("b.service")))
        #expect(tree.walks == 3)
        // A known one needs none.
        tree.advance(by: .seconds(5))
        _ = directory.identity(of: second)
        #expect(tree.walks == 3)
    }

    @Test func `one that is gone keeps its identity until it is forgotten`() {
        let cgroup = tree.add("/a.service")
        var directory = tree.directory()
        _ = directory.identity(of: cgroup)
        #expect(directory.exists(cgroup))
        tree.remove("/a.service")
        #expect(directory.exists(cgroup), "as of the last refresh")
        directory.refresh()
        #expect(!directory.exists(cgroup))
        tree.advance(by: .seconds(1000))
        directory.refresh()
        #expect(directory.identity(of: cgroup) == .unit(.init("a.service")))
        #expect(directory.path(of: cgroup) == "/a.service")
        directory.forget(cgroup)
        #expect(directory.identity(of: cgroup) == .host)
        #expect(directory.path(of: cgroup) == nil)
    }

    @Test func `one that nobody asked for while it existed is resolved for two minutes`() {
        let cgroup = tree.add("/a.slice/a.service")
        let other = tree.add("/b.slice/b.service")
        var directory = tree.directory()
        tree.remove("/a.slice")
        tree.remove("/b.slice")
        tree.advance(by: .seconds(100))
        directory.refresh()
        #expect(!directory.exists(cgroup))
        #expect(directory.identity(of: cgroup) == .unit(.init("a.service")))
        tree.advance(by: .seconds(21))
        directory.refresh()
        #expect(directory.identity(of: other) == .host)
        #expect(directory.counts.index == 1, "only the root is left")
    }

    @Test func `a service that is started again is the same workload with another cgroup`() {
        let first = tree.add("/a.service")
        var directory = tree.directory()
        let identity = directory.identity(of: first)
        tree.remove("/a.service")
        let second = tree.add("/a.service")
        directory.refresh()
        #expect(first != second)
        #expect(directory.identity(of: second) == identity)
        directory.forget(first)
        #expect(directory.directories(of: identity) == ["/m/a.service"])
        directory.forget(second)
        directory.forget(second)
        #expect(directory.directories(of: identity) == [])
        #expect(directory.counts.workloads == 0)
    }

    @Test func `memory does not grow over 5000 cgroups that come and go`() {
        var directory = tree.directory()
        for number in 10_000..<15_000 {
            let cgroup = tree.add("/docker/\(number)\(Self.id.dropFirst(5))")
            directory.refresh()
            #expect(directory.identity(of: cgroup).container != nil)
            tree.remove("/docker")
            tree.advance(by: .seconds(10))
            directory.forget(cgroup)
            #expect(directory.counts.index < 40)
        }
        #expect(directory.counts.known == 0)
        #expect(directory.counts.workloads == 0)
    }

    @Test func `a user who makes many cgroups does not hide others, and memory is limited`() {
        let user = "/user.slice/user-1000.slice/user@1000.service"
        for number in 0..<300 { tree.add("\(user)/a/\(number)/b") }
        let container = tree.add("/z.slice/y.slice/x.slice/w.slice/docker-\(Self.id).scope")
        var directory = tree.directory(limits: CgroupIndex.Limits(all: 200, delegated: 50))
        #expect(directory.isTruncated)
        #expect(directory.identity(of: container).container != nil)
        #expect(directory.counts.index <= 200)
        // Many in no unit: those that are higher in the tree are kept.
        for number in 0..<300 { tree.add("/many/\(number)/b/c") }
        let high = tree.add("/z.slice/high.service")
        directory = tree.directory(limits: CgroupIndex.Limits(all: 400, delegated: 50))
        #expect(directory.isTruncated)
        #expect(directory.identity(of: high) == .unit(.init("high.service")))
        #expect(directory.counts.index <= 400)
        directory = tree.directory()
        #expect(!directory.isTruncated)
    }

    @Test func `leaves are not read`() {
        for number in 0..<100 { tree.add("/system.slice/\(number).service") }
        _ = tree.directory()
        #expect(tree.reads == 2)
    }

    @Test func `the directories of a workload are those of all its cgroups, without other workloads in it`() {
        let worker = tree.add("/system.slice/nginx.service/worker/deep")
        tree.add("/system.slice/nginx.service/threads")
        tree.write("threaded\n", to: "/system.slice/nginx.service/threads/cgroup.type")
        tree.write("domain threaded\n", to: "/system.slice/nginx.service/cgroup.type")
        tree.add("/system.slice/nginx.service/docker-\(Self.id).scope/inner")
        var directory = tree.directory()
        let unit = directory.identity(of: worker)
        let top = "/m/system.slice/nginx.service"
        #expect(directory.directories(of: unit).sorted() == [top, "\(top)/worker", "\(top)/worker/deep"])
        tree.write("12\n0\n13\nx\n99999999999\n", to: "/system.slice/nginx.service/cgroup.procs")
        tree.write("14\n", to: "/system.slice/nginx.service/worker/deep/cgroup.procs")
        tree.write("15\n", to: "/system.slice/nginx.service/threads/cgroup.procs")
        #expect(directory.processes(of: unit).sorted() == [12, 13, 14])
        #expect(directory.processes(of: unit, limit: 1).count == 1)
        #expect(directory.processes(of: unit, limit: 0) == [])
        #expect(directory.directories(of: .host) == ["/m"])
        #expect(directory.directories(of: .unit(.init("unknown.service"))) == [])
    }

    @Test func `a path is only its own directory`() {
        let cgroup = tree.add("/a")
        tree.add("/a/b")
        var directory = tree.directory()
        let identity = directory.identity(of: cgroup)
        #expect(directory.directories(of: identity) == ["/m/a"])
    }

    @Test func `names of a pod are added when they appear, and kept when they vanish`() throws {
        let logs = try Folder()
        try logs.make("containers")
        let cgroup = tree.add("/kubepods/burstable/pod\(Self.uid)/\(Self.id)")
        var directory = tree.directory(
            names: KubernetesNames(pods: logs.path + "/pods", containers: logs.path + "/containers")
        )
        let identity = directory.identity(of: cgroup)
        #expect(directory.attributes(of: identity)["k8s.pod.name"] == nil)
        try logs.write("containers/cart-0_shop_web-\(Self.id).log")
        directory.refresh()
        let named = directory.attributes(of: identity)
        #expect(named["k8s.pod.name"] == "cart-0")
        #expect(named["k8s.container.name"] == "web")
        try logs.remove("containers")
        directory.refresh()
        #expect(directory.attributes(of: identity) == named)
        directory.forget(cgroup)
        #expect(directory.attributes(of: identity)["k8s.pod.name"] == nil)
    }
}

/// What is visible.
extension WorkloadDirectoryTests {
    @Test func `all, parts, or nothing`() {
        let inside = tree.add("/docker/\(Self.id)/init.scope")
        let outside = tree.add("/system.slice/a.service")
        var directory = tree.directory()
        #expect(directory.visibility == .whole("/m"))
        #expect("\(directory.visibility)" == "all cgroups, at /m")
        // The mount goes away, as in a lazy unmount, and a part of the tree is mounted.
        let part = "/docker/\(Self.id)"
        tree.mount([CgroupTree.Mount(path: "/m\(part)", prefix: part, isWhole: false)])
        directory = tree.directory()
        #expect(directory.visibility == .part(["/m\(part)"]))
        #expect(directory.identity(of: inside).container?.path == part)
        #expect(directory.directories(of: directory.identity(of: inside)).count == 2)
        #expect(directory.identity(of: outside) == .host)
        #expect(directory.directories(of: .host) == [])
        // A cgroup version 1 only.
        tree.mount([])
        directory = tree.directory()
        #expect(directory.visibility == .none)
        #expect(directory.identity(of: inside) == .host)
        #expect(directory.directories(of: .host) == [])
        // It is mounted later.
        tree.mount([CgroupTree.Mount(path: "/m")])
        directory.refresh()
        #expect(directory.visibility == .whole("/m"))
        #expect(directory.identity(of: inside).container?.id == Self.id)
    }

    @Test func `the root of a namespace is not the host`() {
        let inside = tree.add("/docker/\(Self.id)")
        let below = tree.add("/docker/\(Self.id)/system.slice/a.service")
        tree.mount([CgroupTree.Mount(path: "/m/docker/\(Self.id)", prefix: "", isWhole: false)])
        var directory = tree.directory()
        let own = directory.identity(of: inside)
        #expect(own == .path("/"))
        #expect(directory.directories(of: own) == ["/m/docker/\(Self.id)"])
        let unit = directory.identity(of: below)
        #expect(unit == .unit(.init("a.service")))
        #expect(directory.directories(of: unit) == ["/m/docker/\(Self.id)/system.slice/a.service"])
        #expect(directory.identity(of: 1) == .host)
    }

    @Test func `a part of a workload is read as far as it is mounted`() {
        let unit = "/system.slice/nginx.service"
        let worker = tree.add("\(unit)/worker/1")
        tree.mount([CgroupTree.Mount(path: "/m\(unit)/worker", prefix: "\(unit)/worker", isWhole: false)])
        var directory = tree.directory()
        let identity = directory.identity(of: worker)
        #expect(identity == .unit(.init("nginx.service")))
        #expect(directory.directories(of: identity).sorted() == ["/m\(unit)/worker", "/m\(unit)/worker/1"])
    }

    @Test func `several parts are read together, also if one contains another`() {
        let first = tree.add("/a.slice/a.service")
        let second = tree.add("/b.slice/b.service/c")
        tree.mount([
            CgroupTree.Mount(path: "/m/b.slice/b.service", prefix: "/b.slice/b.service", isWhole: false),
            CgroupTree.Mount(path: "/m/a.slice", prefix: "/a.slice", isWhole: false),
            CgroupTree.Mount(path: "/m/b.slice", prefix: "/b.slice", isWhole: false),
        ])
        var directory = tree.directory()
        #expect(tree.reads == 3, "none of them twice")
        for _ in 0..<2 {
            #expect(directory.identity(of: first) == .unit(.init("a.service")))
            #expect(directory.path(of: second) == "/b.slice/b.service/c")
            directory.refresh()
        }
    }
}
