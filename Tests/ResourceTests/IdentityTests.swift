import Metrics
import Testing

@testable import Resource

@Suite struct IdentityTests {
    private static let good = "0123456789abcdef0123456789abcdef"
    private static let other = "fedcba9876543210fedcba9876543210"

    @Test(
        arguments: [
            (good, good), (good.uppercased(), good), ("\n\(good)\n\n", good), ("\(good)\r\n", good),
            // Not an id.
            ("", nil), ("\n", nil), ("uninitialized\n", nil), ("uninitialized", nil), (String(good.dropLast()), nil),
            (good + "0", nil), (" \(good)", nil), ("\(good) ", nil), (String(good.dropLast()) + "g", nil),
            ("01234567-89ab-cdef-0123-456789abcdef", nil), ("{\(good)}", nil), ("none", nil),
            (String(good.dropLast()) + "é", nil),
            // Shared by many machines.
            (String(repeating: "0", count: 32), nil), (String(repeating: "f", count: 32), nil),
            (String(repeating: "F", count: 32), nil), (String(repeating: "1", count: 32), nil),
            ("b08dfa6083e7567a1921a715000001fb", nil), ("B08DFA6083E7567A1921A715000001FB", nil),
            ("d41d8cd98f00b204e9800998ecf8427e", nil),
        ] as [(String, String?)]
    )
    func `a machine id is one that can be this machine's alone`(text: String, expected: String?) {
        let machine = Machine(environment: [:]) { $0 == "/etc/machine-id" ? text : nil }
        let id = AgentResource(of: machine).resource.attributes["host.id"]
        #expect(id == expected.map { .string($0) })
        // D-Bus's own id comes next, by the same rules.
        let fallback = Machine(environment: [:]) { path in
            path == "/etc/machine-id" ? text : path == "/var/lib/dbus/machine-id" ? Self.other + "\n" : nil
        }
        let second = AgentResource(of: fallback).resource.attributes["host.id"]
        #expect(second == .string(expected ?? Self.other))
        let last = Machine(environment: [:]) { $0 == "/var/lib/dbus/machine-id" ? text : nil }
        #expect(AgentResource(of: last).resource.attributes["host.id"] == expected.map { .string($0) })
    }

    /// Facts about an agent.
    struct Situation: Hashable, Sendable, CustomTestStringConvertible {
        var id: String? = IdentityTests.good
        var name: String? = "edge-7"
        var isFirstNamespace = true
        var namespace: String? = "net:[4026531840]"
        var boot = "b0"
        var environment: [String: String] = [:]
        var instance = AgentInstance.running(number: 0)

        var testDescription: String { "\(id ?? "-") \(name ?? "-") \(namespace ?? "-") \(environment) \(instance)" }

        /// The resulting identity.
        var instanceID: String? {
            let files: [String: String?] = [
                "/etc/machine-id": id, "/proc/sys/kernel/hostname": name, "/proc/sys/kernel/random/boot_id": boot,
                "/proc/sys/net/ipv4/tcp_mem": isFirstNamespace ? "1 2 3" : nil,
            ]
            let machine = Machine(
                environment: environment,
                link: { [namespace] in $0 == "/proc/self/ns/net" ? namespace : nil },
                read: { files[$0] ?? nil }
            )
            let settings = ResourceSettings(of: machine) { _ in }
            return AgentResource.resource(of: machine, settings, as: instance).instanceID
        }
    }

    @Test func `agents that are not one differ, in each of these ways`() {
        let situations = [
            Situation(), Situation(id: Self.other), Situation(name: "edge-8"), Situation(id: nil),
            Situation(id: nil, name: "edge-8"), Situation(id: "uninitialized", name: "edge-9"),
            Situation(isFirstNamespace: false), Situation(isFirstNamespace: false, namespace: "net:[4026532000]"),
            Situation(environment: ["K8S_POD_UID": "u-1"]), Situation(environment: ["K8S_POD_UID": "u-2"]),
            Situation(isFirstNamespace: false, environment: ["K8S_POD_UID": "u-1"]),
            Situation(instance: .running(number: 1)), Situation(instance: .running(number: 2)),
            Situation(instance: .single(number: 0)), Situation(instance: .single(number: 1)),
            // Attributes of the host from the user count like detected ones.
            Situation(environment: ["OTEL_RESOURCE_ATTRIBUTES": "host.name=n1"]),
            Situation(environment: ["OTEL_RESOURCE_ATTRIBUTES": "host.id=i1"]),
            Situation(environment: ["OTEL_RESOURCE_ATTRIBUTES": "k8s.pod.uid=u-3"]),
            // Nothing distinguishes these from others of their kind, except when they were started.
            Situation(id: nil, name: nil), Situation(id: nil, name: nil, boot: "b1"),
            Situation(id: nil, name: "localhost"), Situation(id: nil, name: "localhost", boot: "b1"),
            Situation(id: "uninitialized", name: "localhost.localdomain"),
            Situation(id: "uninitialized", name: "localhost.localdomain", boot: "b1"),
        ]
        let ids = situations.map(\.instanceID)
        for (index, id) in ids.enumerated() {
            #expect(id?.count == 36)
            #expect(ids.firstIndex(of: id) == index, "\(situations[index].testDescription)")
        }
    }

    @Test(arguments: [
        // A reboot, an upgrade of the kernel, and an invalid id before and after.
        (Situation(), Situation(boot: "b1")), (Situation(), Situation(namespace: "net:[4026531992]")),
        (Situation(), Situation(id: good.uppercased())), (Situation(id: nil), Situation(id: "uninitialized")),
        (Situation(id: nil), Situation(id: nil, boot: "b1")),
        (Situation(id: nil, name: nil), Situation(id: nil, name: "(none)")),
        (Situation(), Situation(environment: ["OTEL_SERVICE_NAME": "s"])),
    ])
    func `an agent stays the same`(before: Situation, after: Situation) {
        #expect(before.instanceID == after.instanceID)
    }

    @Test func `an instance that the user gives stays`() {
        for instance in [AgentInstance.running(number: 0), .running(number: 3), .single(number: 0)] {
            let environment = ["OTEL_RESOURCE_ATTRIBUTES": "service.instance.id=mine"]
            #expect(Situation(environment: environment, instance: instance).instanceID == "mine")
        }
    }

    @Test(arguments: ["(none)", "", "\n"])
    func `a host without a name has none`(name: String) {
        let machine = Machine(environment: [:]) { $0 == "/proc/sys/kernel/hostname" ? name : nil }
        #expect(AgentResource(of: machine).resource.attributes["host.name"] == nil)
    }
}
