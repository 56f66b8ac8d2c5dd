import CProbes
import Readings
import Rendering
import SocketText
import System
import Testing
import Workloads

@testable import Probes
@testable import TraceView

/// How changes of state are written.
@Suite struct TraceFormatTests {
    /// The end of a client's connection that the peer has reset, at 2023-11-14T22:13:20.000000042Z.
    private func change(_ alter: (inout trace_event) -> Void = { _ in }) -> StateChange {
        var event = trace_event()
        event.time = 42
        event.held = 2_061_000_000
        event.known = UInt8(TRACE_HELD.rawValue | TRACE_ROLE.rawValue | TRACE_END.rawValue)
        event.cgroup = 7
        event.netns = 4_026_531_840
        event.local_address.0 = UInt32(0x0A00_0001).bigEndian
        event.peer_address.0 = UInt32(0xC0A8_64FF).bigEndian
        (event.local_port, event.peer_port) = (43_210, 443)
        (event.old_state, event.new_state) = (UInt8(TCP_ESTABLISHED.rawValue), UInt8(TCP_CLOSE.rawValue))
        event.failure = UInt8(RESET.rawValue)
        event.srtt = 800
        (event.retransmits, event.sent, event.received) = (3, 1000, 0)
        alter(&event)
        return StateChange(event, zeroSinceEpoch: 1_700_000_000_000_000_000)
    }

    private var containers: Containers {
        Containers(read: { [7: #"/a "b"\c"#] }, now: { .now })
    }

    private func json(_ changes: StateChange...) -> String {
        var json = TraceJSON(containers: containers)
        var bytes: [UInt8] = []
        for change in changes {
            json.write(change, to: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func table(_ changes: StateChange..., style: OutputStyle) -> String {
        var noon = LocalTime(secondsSinceEpoch: 0)
        (noon.hour, noon.minute, noon.second) = (12, 0, 7)
        var table = TraceTable(style, containers: containers) { [noon] _ in noon }
        var bytes = Array(table.header.utf8)
        for change in changes {
            table.write(change, to: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `a line of JSON has every field that is known`() {
        let expected = #"""
            {"time":"2023-11-14T22:13:20.000000042Z","old_state":"established","new_state":"closed","type":"ipv4",\#
            "local_address":"10.0.0.1","local_port":43210,"peer_address":"192.168.100.255","peer_port":443,\#
            "role":"client","state_duration_seconds":2.061000000,"netns":4026531840,"cgroup_id":7,\#
            "cgroup":"/a \"b\"\\c","rtt_seconds":0.000100000,"retransmits":3,"bytes_sent":1000,\#
            "bytes_received":0,"error":"reset"}

            """#
        #expect(json(change()) == expected)
        #expect(json(change(), change()) == expected + expected)
    }

    @Test func `beyond the own namespace a workload has its name, and a change the number of its namespace`() {
        let id = String(repeating: "0123456789abcdef", count: 4)
        let source = CgroupSource(
            mounts: { [.init(path: "/c")] },
            identifier: { $0 == "/c" ? 1 : nil },
            children: { path, _ in
                path == "/c" ? [.init(identifier: 7, name: "docker-\(id).scope", isLeaf: true)] : []
            }
        )
        let workloads = WorkloadDirectory(source: source)
        var json = TraceJSON(containers: containers, workloads: workloads)
        var bytes: [UInt8] = []
        json.write(change(), to: &bytes)
        let line = String(decoding: bytes, as: UTF8.self)
        #expect(line.contains(#","cgroup":"/a \"b\"\\c","workload":"docker 0123456789ab","rtt"#), "\(line)")
        var table = TraceTable(.init(), containers: containers, workloads: workloads) {
            LocalTime(secondsSinceEpoch: $0)
        }
        bytes = []
        table.write(change(), to: &bytes)
        table.write(change { $0.cgroup = 8 }, to: &bytes)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines[0].hasSuffix(" docker 0123456789ab netns=4026531840"), "\(lines)")
        #expect(lines[1].hasSuffix("received=0 netns=4026531840"), "\(lines)")
    }

    @Test func `what is not known is null where every change has it, and absent elsewhere`() {
        let line = json(
            change { event in
                event.known = 0
                event.failure = UInt8(NO_OUTCOME.rawValue)
                event.cgroup = 8
            }
        )
        #expect(line.contains(#""role":null,"state_duration_seconds":null,"netns":4026531840,"cgroup_id":8}"#))
    }

    @Test func `the name of a process may hold any bytes`() {
        let line = json(
            change { event in
                event.known = UInt8(TRACE_PROCESS.rawValue)
                event.process = 7
                // A quotation mark, a line break, an escape, and a byte that is no UTF-8; then nothing.
                event.sent = UInt64(littleEndian: 0x0000_0061_FF1B_0A22)
            }
        )
        #expect(line.contains(#""pid":7,"command":"\"\u000a\u001b\#u{FFFD}a","#))
    }

    @Test func `consecutive lines differ where their events do`() {
        let second = change { event in
            event.time += 1_000_000_000
            event.netns = 1
            event.type = UInt8(IPV6.rawValue)
            event.local_address = (UInt32(0x2001_0DB8).bigEndian, 0, 0, UInt32(1).bigEndian)
            event.role = UInt8(SERVER.rawValue)
        }
        let lines = json(change(), second, change()).split(separator: "\n")
        #expect(lines[0] == lines[2])
        #expect(lines[1].hasPrefix(#"{"time":"2023-11-14T22:13:21.000000042Z""#))
        #expect(lines[1].contains(#""type":"ipv6","local_address":"2001:db8::1""#))
        #expect(lines[1].contains(#""peer_address":"c0a8:64ff::","#))
        #expect(lines[1].contains(#""role":"server""#) && lines[1].contains(#""netns":1,"#))
    }

    /// By RFC 5952, section 4.
    @Test(
        arguments: [
            "::", "::1", "1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1", "2001:db8::1:0:0:1",
            "fe80::200:5aee:feaa:20a2", "1:2:3:4:5:6:7:8", "0:1:2:3:4:5:6:7", "1:2:3:4:5:6:7:0", "::2:3:4:5:6:7:8",
            "10.0.0.1", "255.255.255.255", "0.0.0.0",
        ]
    )
    func `an address is written in its shortest form`(text: String) throws {
        var bytes: [UInt8] = []
        bytes.append(try #require(IPAddress(text)))
        let expected = text == "::2:3:4:5:6:7:8" ? "0:2:3:4:5:6:7:8" : text
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test(arguments: [0, 9, 10, 99, 100, 65_535, .max] as [UInt64])
    func `a number is written in its digits`(number: UInt64) {
        var bytes: [UInt8] = []
        bytes.append(number)
        #expect(String(decoding: bytes, as: UTF8.self) == "\(number)")
    }

    @Test func `a line of the table fits 80 characters, and has the failure first`() {
        let listener = change { event in
            (event.old_state, event.new_state) = (UInt8(TCP_CLOSE.rawValue), UInt8(TCP_LISTEN.rawValue))
            (event.known, event.failure, event.peer_port) = (0, UInt8(NO_OUTCOME.rawValue), 0)
            event.local_port = 80
        }
        let narrow = table(listener, change(), style: .init(columns: 80))
        #expect(
            narrow == #"""
                TIME     TRANSITION             LOCAL           PEER              HELD DETAILS
                12:00:07 CLOSE>LISTEN           10.0.0.1:80     *                    - /a "b"\c
                12:00:07 ESTABLISHED>CLOSE      10.0.0.1:43210  192.168.100.255:443  2.06s reset

                """#
        )
        #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let wide = table(change(), style: .init(columns: 150))
        #expect(wide.contains("12:00:07.000 ESTABLISHED>CLOSE      10.0.0.1:43210        192.168.100.255:443"))
        #expect(wide.contains(" 2.06s reset client rtt=100us retransmits=3 sent=1000 received=0\n"))
        #expect(table(change(), style: .init()).contains(#" received=0 /a "b"\c"# + "\n"))
    }

    @Test func `colours do not change what is read`() {
        let plain = table(change(), style: .init(columns: 100))
        let coloured = table(change(), style: .init(columns: 100, isColoured: true))
        #expect(coloured.contains("\u{1b}[31mESTABLISHED>CLOSE"))
        #expect(coloured.replacing(/\u{1b}\[\d+m/, with: "") == plain)
    }

    @Test(
        arguments: [
            (0, "0us"), (850_000, "850us"), (999_600, "1.00ms"), (5_214_000, "5.21ms"), (52_140_000, "52.1ms"),
            (521_400_000, "521ms"), (999_600_000, "1.00s"), (12_340_000_000, "12.3s"), (127_000_000_000, "2.12m"),
            (7_200_000_000_000, "2.00h"),
        ]
    )
    func `a duration has three digits and a unit`(nanoseconds: UInt64, text: String) {
        #expect(DurationText.text(nanoseconds) == text)
    }

    @Test func `losses are told when there are new ones, by reason, and exactly at the end`() {
        var log = LossLog()
        #expect(log.line(.init()) == nil)
        #expect(log.line(.init(ringFull: 5))?.hasPrefix("lost 5 events: ring_full 5; ") == true)
        #expect(log.line(.init(ringFull: 5)) == nil)
        #expect(log.line(.init(ringFull: 5, recursion: 2, unseen: 1)) == "lost 3 events: recursion 2, unseen 1")
        #expect(LossLog.summary(written: 9, .init()) == "9 events, none lost")
        #expect(
            LossLog.summary(written: 9, .init(ringFull: 5, recursion: 2))
                == "9 events, 7 lost: ring_full 5, recursion 2"
        )
        #expect(LossLog.summary(written: 9, .init(unremembered: 1)).hasPrefix("9 events, none lost; 1 connections"))
    }
}
