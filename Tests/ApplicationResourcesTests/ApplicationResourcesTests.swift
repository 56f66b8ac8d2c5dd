import Foundation
import Metrics
import TestSupport
import Testing

@testable import ApplicationResources

/// Whole workloads of real processes.
@Suite struct WorkloadTests {
    private let settings = ApplicationResources.Settings(host: ["h"])

    private func workload(
        _ id: UInt64,
        _ name: WorkloadName? = nil,
        _ attributes: Attributes = [:],
        hasEnded: Bool = false,
        of processes: Int32...
    ) -> ObservedWorkload {
        ObservedWorkload(id: id, name: name ?? .container(id: "c\(id)"), attributes: attributes, hasEnded: hasEnded) {
            processes
        }
    }

    private func own(_ id: UInt64) -> AttributeValue {
        .string(WorkloadName.container(id: "c\(id)").instanceID(on: ["h"]))
    }

    @Test func `an application's own resource is that of its workload`() throws {
        let application = try Publisher()
        try application.publish([
            "service.name": "shop", "service.namespace": "web", "service.instance.id": "i-1",
            "deployment.environment.name": "prod", "container.id": "forged",
        ])
        var resources = ApplicationResources(settings)
        let container = workload(1, nil, ["container.id": "c1"], of: application.id)
        let findings = resources.update([container], within: .seconds(9))
        #expect(
            findings.resources[1]
                == WorkloadResource(
                    attributes: [
                        "service.name": "shop", "service.namespace": "web", "service.instance.id": "i-1",
                        "deployment.environment.name": "prod", "container.id": "c1",
                        "tcplens.service.source": "process_context",
                    ],
                    source: .processContext
                )
        )
        #expect(findings.notices.isEmpty)
    }

    @Test func `the environment is the second choice, and the workload's name the third`() throws {
        let configured = try Publisher(environment: ["OTEL_SERVICE_NAME": "shop"])
        let silent = try Publisher()
        let pod: Attributes = ["k8s.namespace.name": "prod", "k8s.pod.name": "web-1", "k8s.container.name": "app"]
        var resources = ApplicationResources(settings)
        let workloads = [
            workload(1, nil, pod, of: configured.id), workload(2, nil, pod, of: silent.id),
            workload(3, .unit("nginx.service"), of: silent.id), workload(4, .path("/a/b"), of: silent.id),
        ]
        let found = resources.update(workloads, within: .seconds(9)).resources.mapValues(\.attributes)
        #expect(found[1]?["service.name"] == "shop")
        // The application's other signals have no namespace either.
        #expect(found[1]?["service.namespace"] == nil)
        #expect(found[1]?["tcplens.service.source"] == "environment")
        #expect(found[2]?["service.name"] == "web-1")
        #expect(found[2]?["service.namespace"] == "prod")
        #expect(found[2]?["tcplens.service.source"] == "workload")
        #expect(found[3]?["service.name"] == "nginx")
        #expect(found[4]?["service.name"] == "b")
        #expect(Set(found.values.map { ServiceIdentity(of: $0) }).count == 4)
        // Without the application only the workload is asked.
        var off = ApplicationResources(.init(isOn: false, host: ["h"]))
        let asked = ObservedWorkload(id: 1, name: .container(id: "c1"), attributes: pod) {
            Issue.record("nobody needs the processes")
            return []
        }
        #expect(off.update([asked]).resources[1]?.attributes["service.name"] == "web-1")
        #expect(off.update([asked]).resources[1]?.isProvisional == false)
    }

    @Test func `workers that fork are one service, with an instance of the workload`() throws {
        let server = try Publisher(environment: ["OTEL_SERVICE_NAME": "shop"])
        let workers = try (0..<3).map { _ in try server.fork() }
        for index in workers.indices {
            try server(
                "child",
                index,
                "publish",
                [["service.name", "shop"], ["service.instance.id", "uuid-\(index)"]]
            )
        }
        var resources = ApplicationResources(settings)
        let all = ObservedWorkload(id: 1, name: .container(id: "c1"), attributes: [:]) { [server.id] + workers }
        let findings = resources.update([all], within: .seconds(9))
        #expect(findings.resources[1]?.attributes["service.name"] == "shop")
        #expect(findings.resources[1]?.attributes["service.instance.id"] == own(1))
        #expect(findings.resources[1]?.source == .processContext)
        #expect(findings.notices.count == 1)
        #expect(findings.notices.first?.contains("several instances") == true)
        #expect(resources.update([all], within: .seconds(9)).notices.isEmpty)
    }

    @Test func `two services in one workload are told once, and only what they agree on is taken`() throws {
        let first = try Publisher(environment: ["OTEL_RESOURCE_ATTRIBUTES": "service.name=a,service.namespace=n"])
        let second = try Publisher()
        try second.publish(["service.name": "b\u{300}", "service.namespace": "n"])
        var resources = ApplicationResources(settings)
        let both = workload(1, .unit("both.service"), of: first.id, second.id)
        let findings = resources.update([both], within: .seconds(9))
        #expect(findings.resources[1]?.attributes["service.name"] == "both")
        #expect(findings.resources[1]?.attributes["service.namespace"] == "n")
        #expect(findings.resources[1]?.source == .workload)
        #expect(findings.notices.count == 1)
        #expect(findings.notices.first?.contains("service.name") == true)
        #expect(resources.update([both], within: .seconds(9)).notices.isEmpty)
    }

    @Test func `what is published later, again or not any more is followed`() throws {
        let application = try Publisher(environment: ["OTEL_SERVICE_NAME": "early"])
        var resources = ApplicationResources(settings)
        var now = ContinuousClock.now
        func name(_ processes: Int32..., after seconds: Int = 0) -> AttributeValue? {
            now += .seconds(seconds)
            let observed = ObservedWorkload(id: 1, name: .container(id: "c1"), attributes: [:]) { processes }
            return resources.update([observed], at: now, within: .seconds(9)).resources[1]?.attributes["service.name"]
        }
        #expect(name(application.id) == "early")
        try application.publish(["service.name": "late"])
        #expect(name(application.id, after: 1) == "early")
        #expect(name(application.id, after: 10) == "late")
        // From now on a change shows at once.
        try application.publish(["service.name": "later"])
        #expect(name(application.id) == "later")
        // In the middle of a change what was there counts.
        try application("hostile", "being written")
        #expect(name(application.id) == "later")
        try application.publish(["service.name": "latest"])
        #expect(name(application.id) == "latest")
        // When all processes have ended, their sockets are still the service's.
        application.kill()
        #expect(name() == "latest")
        let successor = try Publisher(environment: ["OTEL_SERVICE_NAME": "successor"])
        #expect(name(successor.id) == "successor")
    }

    @Test func `an application that says to be another one only changes its own resource`() throws {
        let victim = try Publisher(environment: [
            "OTEL_RESOURCE_ATTRIBUTES": "service.name=bank,service.instance.id=1"
        ])
        let hostile = try Publisher()
        let silent = workload(3)
        var resources = ApplicationResources(settings)
        let before = resources.update([workload(1, of: victim.id), silent], within: .seconds(9)).resources
        for instance in ["1", WorkloadName.container(id: "c3").instanceID(on: ["h"])] {
            for name in ["bank", "c3"] {
                try hostile.publish(["service.name": name, "service.instance.id": instance])
                let workloads = [workload(2, of: hostile.id), workload(1, of: victim.id), silent]
                let findings = resources.update(workloads, within: .seconds(9))
                #expect(findings.resources[1] == before[1])
                #expect(findings.resources[3] == before[3])
                let identities = findings.resources.values.map { ServiceIdentity(of: $0.attributes) }
                #expect(Set(identities).count == 3)
            }
        }
        #expect(resources.refusals == RefusalCounts())
    }

    @Test func `a restarted instance is itself again when the sockets of its predecessor are gone`() throws {
        let environment = ["OTEL_RESOURCE_ATTRIBUTES": "service.name=shop,service.instance.id=1"]
        let first = try Publisher(environment: environment)
        var resources = ApplicationResources(settings)
        _ = resources.update([workload(1, of: first.id)], within: .seconds(9))
        first.kill()
        // Connections in TIME_WAIT keep the old workload for a minute.
        let second = try Publisher(environment: environment)
        let both = resources.update([workload(1), workload(2, of: second.id)], within: .seconds(9))
        #expect(both.resources[1]?.attributes["service.instance.id"] == "1")
        #expect(both.resources[2]?.attributes["service.instance.id"] == own(2))
        #expect(both.notices.isEmpty)
        let later = resources.update([workload(2, of: second.id)], within: .seconds(9))
        #expect(later.resources[2]?.attributes["service.instance.id"] == "1")
    }

    @Test func `a workload whose process blocks its reader is not read again, and all others are`() throws {
        let hostile = try Publisher()
        guard try hostile("hostile", "endless") as? String == "ok" else { return }
        let good = try Publisher(environment: ["OTEL_SERVICE_NAME": "good"])
        var resources = ApplicationResources(settings)
        let workloads = [workload(1, of: hostile.id), workload(2, of: good.id)]
        _ = resources.update(workloads, within: .milliseconds(100))
        var findings = resources.update(workloads, within: .seconds(9))
        #expect(findings.resources[2]?.attributes["service.name"] == "good")
        #expect(findings.resources[1]?.source == .workload)
        #expect(findings.resources[1]?.isProvisional == false)
        #expect(resources.refusals[.blocked] == 1)
        let time = ContinuousClock().measure { findings = resources.update(workloads, within: .seconds(9)) }
        #expect(time < .seconds(5))
        #expect(findings.notices.isEmpty)
    }

    @Test func `a workload with a thousand processes is read up to a limit, and that is said`() throws {
        let parent = try Publisher(environment: ["OTEL_SERVICE_NAME": "crowd"])
        let children = try (0..<300).map { _ in try parent.fork() }
        var resources = ApplicationResources(settings)
        var calls = 0
        let crowd = ObservedWorkload(id: 1, name: .container(id: "c1"), attributes: [:]) {
            calls += 1
            return [0, -1, parent.id] + children
        }
        var findings = resources.update([crowd], within: .seconds(30))
        #expect(findings.resources[1]?.attributes["service.name"] == "crowd")
        #expect(findings.resources[1]?.isProvisional == false)
        #expect(findings.notices.count == 1)
        #expect(resources.refusals[.tooManyProcesses] == 1)
        findings = resources.update([crowd], within: .seconds(30))
        #expect(findings.notices.isEmpty)
        #expect(calls == 2)
    }

    @Test func `without time a workload is provisional for a few collections at most`() throws {
        let application = try Publisher(environment: ["OTEL_SERVICE_NAME": "shop"])
        var resources = ApplicationResources(settings)
        // So many that hardly all can be read in no time.
        let crowd = ObservedWorkload(id: 1, name: .container(id: "c1"), attributes: [:]) {
            [application.id] + (1...200).map { Int32.max - $0 }
        }
        for _ in 0..<3 {
            let resource = try #require(resources.update([crowd], within: .zero).resources[1])
            #expect(resource.isProvisional || resource.source == .environment)
        }
        #expect(resources.update([crowd], within: .zero).resources[1]?.isProvisional == false)
    }

    @Test func `what is known of a workload goes with it`() throws {
        let application = try Publisher()
        try application("hostile", "noise")
        var resources = ApplicationResources(settings)
        let findings = resources.update([workload(1, of: application.id)], within: .seconds(9))
        #expect(findings.notices == ["not all that container c1 says of its service is taken: malformed message"])
        #expect(resources.update([]).resources.isEmpty)
        // The counts stay, and another workload with the same id begins anew.
        #expect(resources.refusals[.malformed] == 1)
        #expect(resources.update([workload(1, of: application.id)], within: .seconds(9)).notices.count == 1)
        #expect(resources.refusals[.malformed] == 2)
    }
}
