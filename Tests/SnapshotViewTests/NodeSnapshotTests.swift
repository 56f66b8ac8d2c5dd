import FoundationEssentials
import Probes
import Readings
import Rendering
import Testing
import Workloads

@testable import SnapshotView

/// A snapshot of all network namespaces.
@Suite struct NodeSnapshotTests {
    private static let id = String(repeating: "0123456789abcdef", count: 4)
    /// A container with a cgroup inside, a unit, and the same port in two namespaces.
    private static let snapshot: Snapshot = {
        var groups = ConnectionGroups()
        func add(_ count: UInt64, namespace: UInt64, cgroup: UInt64) {
            let key = ConnectionCounts.Key(.established, .ipv4)
            groups.all.add(count, to: key)
            groups.groups[.namespace, default: [:]][.value(namespace), default: .init()].add(count, to: key)
            groups.groups[.container, default: [:]][.value(cgroup), default: .init()].add(count, to: key)
        }
        add(30, namespace: 4_026_531_840, cgroup: 7)
        add(12, namespace: 4_026_532_184, cgroup: 9)
        add(5, namespace: 4_026_532_184, cgroup: 10)
        groups.listeners = [(4_026_532_184, 9), (4_026_531_840, 7)].map { namespace, cgroup in
            ListenerState(
                place: .init(address: .v4(0), port: 80),
                type: .ipv4,
                cgroup: cgroup,
                namespace: namespace,
                accept: .init(usage: 0, limit: 128, full: 0),
                syn: .init(usage: 0, limit: 128, full: 0)
            )
        }
        var snapshot = Snapshot(groups: groups, scope: .node)
        snapshot.containers = [
            7: "/system.slice/nginx.service", 9: "/system.slice/docker-\(id).scope",
            10: "/system.slice/docker-\(id).scope/init.scope",
        ]
        snapshot.workloads = [7: "nginx.service", 9: "docker 0123456789ab", 10: "docker 0123456789ab"]
        snapshot.namespaces = [4_026_531_840: "host"]
        snapshot.merge(snapshot.containers.mapValues { WorkloadIdentity(path: $0) })
        return snapshot
    }()

    private func snapshot(by grouping: SnapshotGrouping) -> Snapshot {
        var snapshot = Self.snapshot
        snapshot.groupings = [grouping]
        return snapshot
    }

    private func table(by grouping: SnapshotGrouping) -> [[String]] {
        let text = SnapshotScreen(snapshot: snapshot(by: grouping)).text(OutputStyle(columns: 120))
        return text.split(separator: "\n").map { $0.split(separator: "  ").map { $0.trimmingCharacters() } }
    }

    @Test func `cgroups of one container are one row, under the topmost`() throws {
        let rows = Self.snapshot.rows(.container, limit: nil).rows
        #expect(rows.map(\.group) == [.value(7), .value(9)])
        #expect(rows.map(\.counts.total) == [30, 17])
        #expect(table(by: .container).contains(["docker 0123456789ab", "17", "17"]))
    }

    @Test func `namespaces have their number, and a name where one is known`() {
        let rows = table(by: .namespace)
        #expect(rows.contains(["NAMESPACE", "TOTAL", "ESTABLISHED"]))
        #expect(rows.contains(["host (4026531840)", "30", "30"]))
        #expect(rows.contains(["4026532184", "17", "17"]))
    }

    @Test func `listeners of the same address are told apart by their namespace`() {
        let rows = table(by: .listener)
        #expect(rows.contains(["LISTENER", "ACCEPT QUEUE", "SYN QUEUE", "NAMESPACE", "CONTAINER"]))
        #expect(rows.contains(["0.0.0.0:80", "0/128", "0/128", "host", "nginx.service"]))
        #expect(rows.contains(["0.0.0.0:80", "0/128", "0/128", "4026532184", "docker 0123456789ab"]))
    }

    @Test func `csv and json have the number of the namespace and the name of the workload`() throws {
        func lines(_ grouping: SnapshotGrouping) -> [Substring] {
            SnapshotCSV(snapshot: snapshot(by: grouping)).text.split(separator: "\r\n")
        }
        #expect(
            lines(.namespace) == [
                "netns,name,state,type,count", "4026531840,host,established,ipv4,30",
                "4026532184,,established,ipv4,17",
            ]
        )
        #expect(lines(.container)[0] == "cgroup,cgroup_id,workload,state,type,count")
        #expect(lines(.container)[1] == "/system.slice/nginx.service,7,nginx.service,established,ipv4,30")
        #expect(lines(.listener)[0].hasSuffix(",cgroup,cgroup_id,workload,netns"))
        #expect(lines(.listener)[1].hasSuffix(",7,nginx.service,4026531840"))
        func report(_ grouping: SnapshotGrouping) -> SnapshotReport {
            SnapshotReport(snapshot(by: grouping), all: false, time: Date(), host: "edge-7")
        }
        #expect(report(.namespace).scope == "node")
        #expect(report(.namespace).namespaces?.map(\.namespace) == [4_026_531_840, 4_026_532_184])
        #expect(report(.namespace).namespaces?.map(\.name) == ["host", nil])
        #expect(report(.container).containers?.map(\.workload) == ["nginx.service", "docker 0123456789ab"])
        #expect(report(.listener).listeners?.map(\.namespace) == [4_026_531_840, 4_026_532_184])
        #expect(try report(.listener).json().contains(#""netns":4026532184"#))
        #expect(try report(.namespace).json().contains(#""name":"host","netns":4026531840"#))
    }

    @Test func `an overflow row of namespaces has no number`() throws {
        var snapshot = snapshot(by: .namespace)
        snapshot.groups.groups[.namespace]?[.others] = snapshot.groups.all
        let report = SnapshotReport(snapshot, all: false, top: 1, time: Date(), host: "")
        #expect(report.namespaces?.map(\.namespace) == [4_026_531_840, nil])
        #expect(try report.json().contains(#""netns":null,"others":true"#))
        #expect(SnapshotCSV(snapshot: snapshot, top: 1).text.contains("others,,established,ipv4,64"))
    }
}

extension Substring {
    fileprivate func trimmingCharacters() -> String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
