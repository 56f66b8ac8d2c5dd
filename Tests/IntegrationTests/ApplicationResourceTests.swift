import Foundation
import TestSupport
import Testing

extension IntegrationTests {
    /// What applications say of themselves is on the resources of their workloads.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ApplicationResourceTests {
        @Test func `two services in a pod are two resources, and each has its own word`() throws {
            let watch = try ApplicationWatch("--scope", "self")
            let pod = ContainerNames.uid()
            let paths = [ApplicationWatch.container(in: pod), ApplicationWatch.container(in: pod)]
            let shop = try watch.start(at: paths[0], ["OTEL_SERVICE_NAME": "shop"], user: 65_534)
            let proxy = try watch.start(at: paths[1], ["OTEL_SERVICE_NAME": "of the pod"])
            try proxy.publish(["service.name": "proxy", "service.namespace": "mesh", "service.instance.id": "p-1"])
            let first = try watch.wait(
                for: paths[0],
                ["service.name": "shop", "tcplens.service.source": "environment", "k8s.pod.uid": pod]
            )
            let second = try watch.wait(
                for: paths[1],
                [
                    "service.name": "proxy", "service.namespace": "mesh", "service.instance.id": "p-1",
                    "tcplens.service.source": "process_context", "k8s.pod.uid": pod,
                ]
            )
            #expect(first["service.namespace"] == nil)
            #expect(first["container.id"] != second["container.id"])
            #expect(watch.notices == [], "\(watch.agent.error)")
            withExtendedLifetime(shop) {}
        }

        @Test func `ten replicas are ten instances, also if all say to be the same one`() throws {
            let watch = try ApplicationWatch("--scope", "self")
            let variants = ["service.name=shop,service.namespace=web", "service.name=till,service.instance.id=one"]
            var replicas: [[Publisher]] = []
            for attributes in variants {
                replicas.append(
                    try (0..<10).map { _ in
                        // The first one is the oldest by a clock tick.
                        Thread.sleep(forTimeInterval: 0.02)
                        let path = ApplicationWatch.container()
                        return try watch.start(at: path, ["OTEL_RESOURCE_ATTRIBUTES": attributes])
                    }
                )
            }
            func instances(_ name: String) throws -> [String] {
                try watch.resources().filter { $0["service.name"] == name }.compactMap { $0["service.instance.id"] }
            }
            for name in ["shop", "till"] {
                _ = try eventually("ten instances of \(name)") { try instances(name).count == 10 ? true : nil }
            }
            let before = (try Set(instances("shop")), try Set(instances("till")))
            #expect(before.0.count == 10 && before.1.count == 10)
            #expect(before.1.contains("one"))
            #expect(before.0.union(before.1).subtracting(["one"]).allSatisfy { UUID(uuidString: $0) != nil })
            try watch.waitForRequests(3)
            #expect((try Set(instances("shop")), try Set(instances("till"))) == before, "they stay what they are")
            let refused = watch.lines("says that it is the instance")
            #expect(refused.count == 9 && Set(refused).count == 9, "\(watch.agent.error)")
            withExtendedLifetime(replicas) {}
        }

        /// Each worker of gunicorn makes its own SDK, which makes up an instance unless it is given one.
        @Test(.enabled(if: Executable.canTestSDK, "skipped: no SDK"), arguments: [false, true])
        func `workers of gunicorn are one service`(publishing: Bool) throws {
            let watch = try ApplicationWatch("--scope", "self")
            let path = ApplicationWatch.container()
            try watch.tree.make(path)
            let instance = publishing ? "" : ",service.instance.id=cart-1"
            let service = try WebService(
                .gunicorn(workers: 3, publishes: publishing),
                at: watch.tree.directory(path),
                port: 8001,
                in: watch.traffic,
                ["OTEL_RESOURCE_ATTRIBUTES": "service.name=cart,service.namespace=shop\(instance)"]
            )
            try service.ask(6, milliseconds: 20)
            let source = publishing ? "process_context" : "environment"
            let resource = try watch.wait(
                for: path,
                ["service.name": "cart", "service.namespace": "shop", "tcplens.service.source": source]
            )
            try watch.waitForRequests(3)
            let said = try Set((0..<20).map { _ in try service.instance() })
            if publishing {
                // No socket is one worker's alone, so none of their instances is taken, and that is said once.
                func several() -> Int { watch.lines("are several instances of its service").count }
                _ = try eventually("the notice") { several() > 0 ? true : nil }
                #expect(several() == 1, "\(watch.agent.error)")
                #expect(said.count > 1)
                // The metrics of the collection that found this out may come after the notice.
                _ = try eventually("an instance of the workload's own") {
                    let workload = try watch.resources().first { $0["container.id"] == resource["container.id"] }
                    return workload?["service.instance.id"].flatMap { said.contains($0) ? nil : true }
                }
            } else {
                #expect(said == ["cart-1"])
                #expect(resource["service.instance.id"] == "cart-1")
                #expect(watch.notices == [], "\(watch.agent.error)")
            }
        }

        @Test func `what a program sets in its own environment does not show, and what it publishes later does`() throws
        {
            let watch = try ApplicationWatch("--scope", "self")
            let path = ApplicationWatch.container()
            let application = try watch.start(at: path, ["OTEL_SERVICE_NAME": "early"])
            try application("set environment", "OTEL_SERVICE_NAME", "late")
            var resource = try watch.wait(for: path, ["service.name": "early"])
            // It is looked at again after five to ten seconds.
            let begin = ContinuousClock.now
            while ContinuousClock.now < begin + .seconds(11) { try watch.waitForRequests(1) }
            resource = try watch.wait(for: path, ["service.name": "early"])
            try application.publish(["service.name": "late", "service.instance.id": "1"])
            let late = try watch.wait(for: path, ["service.name": "late", "service.instance.id": "1"])
            #expect(late["container.id"] == resource["container.id"])
            // From now on a change shows at the next collection, and it is not said to be a disagreement.
            try application.publish(["service.name": "latest"])
            _ = try watch.wait(for: path, ["service.name": "latest", "tcplens.service.source": "process_context"])
            #expect(watch.notices == [], "\(watch.agent.error)")
        }

        /// Without the right to read other processes, and where it is switched off.
        @Test(arguments: [false, true])
        func `an agent that can't or shall not ask uses the workloads' own names`(isDenied: Bool) throws {
            let dropping = ["setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace"]
            let watch = try ApplicationWatch(
                "--application-resource",
                isDenied ? "on" : "off",
                wrapper: isDenied ? dropping : []
            )
            let paths = (0..<2).map { _ in ApplicationWatch.container() }
            let application = try watch.start(at: paths[0], ["OTEL_SERVICE_NAME": "shop"])
            try application.publish(["service.name": "published"])
            let other = try watch.start(at: paths[1], ["OTEL_SERVICE_NAME": "shop"], user: 65_534)
            var found: [[String: String]] = []
            for path in paths {
                let id = path.matches(of: /[0-9a-f]{64}/).last.map { String($0.0) } ?? ""
                let named = ["service.name": String(id.prefix(12)), "tcplens.service.source": "workload"]
                // Newer kernels let CAP_PERFMON read environments, but not the memory.
                found.append(try watch.wait(for: path, isDenied ? ["container.id": id] : named))
            }
            try watch.waitForRequests(3)
            let ids = Set(found.compactMap { $0["container.id"] })
            let last = try watch.resources().filter { ids.contains($0["container.id"] ?? "") }
            #expect(last.count == 2)
            #expect(last.allSatisfy { $0["tcplens.service.source"] != "process_context" })
            let denials = watch.lines("can't be asked which service they are")
            #expect(denials.count == (isDenied ? 1 : 0), "\(watch.agent.error)")
            withExtendedLifetime(other) {}
        }

        /// The file of the environment belongs to the other user, and no capability of the agent opens it.
        @Test func `a user without rights needs no more than the right to trace to read what others say`() throws {
            let list = "-all,+bpf,+perfmon,+sys_ptrace"
            let watch = try ApplicationWatch(wrapper: [
                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=\(list)",
                "--ambient-caps=\(list)", "--bounding-set=\(list)",
            ])
            let paths = (0..<2).map { _ in ApplicationWatch.container() }
            let configured = try watch.start(at: paths[0], ["OTEL_SERVICE_NAME": "shop"], user: 1234)
            let published = try watch.start(at: paths[1], user: 1234)
            try published.publish(["service.name": "till"])
            _ = try watch.wait(for: paths[0], ["service.name": "shop", "tcplens.service.source": "environment"])
            _ = try watch.wait(for: paths[1], ["service.name": "till", "tcplens.service.source": "process_context"])
            #expect(watch.lines("can't be asked").isEmpty, "\(watch.agent.error)")
            withExtendedLifetime(configured) {}
        }
    }
}
