import FoundationEssentials
import Probes
import Readings
import Rendering
import Testing

@testable import SnapshotView

/// A snapshot with its groups as JSON and CSV.
@Suite struct SnapshotFormatTests {
    private func snapshot(by groupings: SnapshotGrouping...) -> Snapshot {
        var snapshot = SnapshotScreenTests.snapshot
        snapshot.groupings = groupings
        return snapshot
    }

    @Test func `each kind of csv has its names and its rows`() {
        let ports = SnapshotCSV(snapshot: snapshot(by: .port), top: 2).text
        #expect(
            ports
                == [
                    "port,state,type,count", "443,established,ipv4,80", "443,time_wait,ipv4,23000", "443,listen,ipv4,1",
                    "8080,established,ipv6,12", "8080,close_wait,ipv6,120", "8080,listen,ipv6,1",
                    "others,established,ipv4,25", "others,syn_sent,ipv4,3", "others,listen,ipv4,14", "",
                ].joined(separator: "\r\n")
        )
        let containers = SnapshotCSV(snapshot: snapshot(by: .container), top: 3).text.split(separator: "\r\n")
        #expect(containers[..<2] == ["cgroup,cgroup_id,state,type,count", "-,,time_wait,ipv4,23000"])
        #expect(containers.contains("/system.slice/nginx.service,7,established,ipv4,80"))
        #expect(containers.last == "others,,established,ipv4,25")
        let listeners = SnapshotCSV(snapshot: snapshot(by: .listener), top: 1).text.split(separator: "\r\n")
        #expect(listeners.count == 3)
        #expect(
            listeners[1].hasPrefix("2001:db8::1,8080,ipv6,1,129,128,1,3,128,0,/system.slice/docker-0123456789abcdef")
        )
        #expect(listeners[2] == "others,,ipv4,18,5,2304,0,128,2304,1,,")
        #expect(SnapshotCSV(snapshot: snapshot()).text.hasPrefix("state,type,count\r\nestablished,ipv4,105\r\n"))
        #expect(SnapshotCSV(snapshot: snapshot(), all: true).text.split(separator: "\r\n").count == 21)
    }

    @Test(arguments: [("plain", "plain"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""), ("", "")])
    func `a field that means something to csv is in quotes`(text: String, field: String) {
        #expect(SnapshotCSV.field(text) == field)
    }

    @Test func `the report has further keys for what was asked for, and no others`() throws {
        let report = SnapshotReport(snapshot(by: .listener, .port), all: false, top: 1, time: Date(), host: "edge-7")
        #expect(report.connections.count == 7)
        #expect(report.ports?.map(\.port) == [443, nil])
        #expect(report.ports?.map(\.others) == [nil, true])
        #expect(report.ports?.reduce(0) { $0 + $1.total } == report.total)
        #expect(report.peerPorts == nil && report.containers == nil)
        #expect(report.listeners?.map(\.port) == [8080, nil])
        #expect(report.listeners?.first?.accept.full == 1)
        let json = try report.json()
        #expect(json.contains(#""accept_queue":{"full":1,"limit":128,"usage":129}"#))
        #expect(json.contains(#""address":"2001:db8::1""#))
        #expect(json.contains(#""others":true,"port":null"#))
        #expect(!json.contains("peer_ports"))
        let containers = SnapshotReport(snapshot(by: .container), all: true, time: Date(), host: "").containers
        #expect(containers?.map(\.cgroup) == [nil, 9, 7, 11])
        #expect(containers?.last?.container == nil)
        #expect(containers?.allSatisfy { $0.connections.count == 20 } == true)
    }
}
