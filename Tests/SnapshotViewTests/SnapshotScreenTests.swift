import Probes
import Readings
import Rendering
import System
import Testing

@testable import SnapshotView

/// A snapshot with its groups as text.
@Suite struct SnapshotScreenTests {
    /// A machine with one busy port, a container that leaks, and a listener whose program does not accept.
    static let snapshot: Snapshot = {
        let identifier = String(repeating: "0123456789abcdef", count: 4)
        var groups = ConnectionGroups()
        func add(_ count: UInt64, _ state: ConnectionState, port: ConnectionGroups.Group, in cgroup: UInt64?) {
            let key = ConnectionCounts.Key(state, port == .value(8080) ? .ipv6 : .ipv4)
            groups.all.add(count, to: key)
            groups.groups[.localPort, default: [:]][port, default: .init()].add(count, to: key)
            groups.groups[.container, default: [:]][cgroup.map { .value($0) } ?? .none, default: .init()]
                .add(count, to: key)
        }
        add(23_000, .timeWait, port: .value(443), in: nil)
        add(80, .established, port: .value(443), in: 7)
        add(1, .listen, port: .value(443), in: 7)
        add(12, .established, port: .value(8080), in: 9)
        add(120, .closeWait, port: .value(8080), in: 9)
        add(1, .listen, port: .value(8080), in: 9)
        add(3, .synSent, port: .none, in: 7)
        add(25, .established, port: .others, in: 11)
        for port in 9001...9014 { add(1, .listen, port: .value(UInt64(port)), in: 7) }
        func queue(_ usage: UInt64, _ limit: UInt64, full: UInt64 = 0) -> ListenerState.Queue {
            ListenerState.Queue(usage: usage, limit: limit, full: full)
        }
        func place(_ address: String, _ port: UInt16) -> ListenerState.Place? {
            IPAddress(address).map { .init(address: $0, port: port) }
        }
        groups.listeners = (9001...9014).map { port in
            ListenerState(
                place: place("0.0.0.0", port),
                type: .ipv4,
                cgroup: 7,
                accept: queue(0, 128),
                syn: queue(0, 128)
            )
        }
        groups.listeners += [
            ListenerState(
                place: place("0.0.0.0", 443),
                type: .ipv4,
                cgroup: 7,
                count: 4,
                accept: queue(5, 512),
                syn: queue(128, 512, full: 1)
            ),
            ListenerState(
                place: place("2001:db8::1", 8080),
                type: .ipv6,
                cgroup: 9,
                accept: queue(129, 128, full: 1),
                syn: queue(3, 128)
            ),
        ]
        return Snapshot(
            groups: groups,
            groupings: [.port, .container, .listener],
            containers: [7: "/system.slice/nginx.service", 9: "/system.slice/docker-\(identifier).scope"]
        )
    }()

    private let terminal = OutputStyle(columns: 80, isUnicode: true)

    @Test func `the questions of a triage are answered in 80 times 24`() {
        #expect(
            SnapshotScreen(snapshot: Self.snapshot, lines: 24).text(terminal) == """
                STATE         IPV4  IPV6  TOTAL  SHARE
                ESTABLISHED    105    12    117    <1%  ▏
                SYN_SENT         3     0      3    <1%  ▏
                TIME_WAIT    23000     0  23000    99%  █████████████████████████████▋
                CLOSE_WAIT       0   120    120    <1%  ▏
                LISTEN          15     1     16    <1%  ▏
                TOTAL        23123   133  23256

                PORT     TOTAL  TIME_WAIT  CLOSE_WAIT  ESTABLISHED  LISTEN  SYN_SENT
                443      23081      23000           0           80       1         0
                8080       133          0         120           12       1         0
                15 more     17          0           0            0      14         3
                others      25          0           0           25       0         0

                CONTAINER                         TOTAL  TIME_WAIT  CLOSE_WAIT  OTHER
                -                                 23000      23000           0      0
                …slice/docker-0123456789ab.scope    133          0         120     13
                2 more                              123          0           0    123

                LISTENER            ACCEPT QUEUE            SYN QUEUE  CONTAINER
                [2001:db8::1]:8080  129/128 FULL    3/128              …ocker-0123456789ab.scope
                0.0.0.0:443 x4        5/512       128/512 1 of 4 FULL  …stem.slice/nginx.service
                14 more              0/1792        0/1792

                """
        )
    }

    @Test(arguments: 1...40) func `no line is wider than the window, and none is lost on a screen that is too low`(
        lines: Int
    ) {
        for columns in [40, 80, 132] {
            let style = OutputStyle(columns: columns, isUnicode: true)
            let text = SnapshotScreen(snapshot: Self.snapshot, lines: lines).text(style)
            let printed = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            #expect(printed.allSatisfy { $0.count <= columns })
            // Seven lines of states, and for each section its heading and three lines, the last of which counts the
            // others.
            #expect(printed.count <= max(lines - 1, 7 + 3 * (1 + 3) + 1))
            #expect(text.contains("others"))
        }
    }

    @Test func `what a section does not need, others have`() {
        #expect(SnapshotScreen.shares(of: 12, [2, 20, 20]) == [2, 5, 5])
        #expect(SnapshotScreen.shares(of: 12, [20, 20, 20]) == [4, 4, 4])
        #expect(SnapshotScreen.shares(of: 100, [1, 2, 20]) == [1, 2, 20])
        #expect(SnapshotScreen.shares(of: 0, [1, 9]) == [1, 3])
    }

    @Test func `in a file there are the ten largest, or as many as were asked for, and lines have no end`() {
        let style = OutputStyle()
        func rows(_ text: String) -> [Int] {
            text.split(separator: "\n\n").map { $0.split(separator: "\n").count - 1 }
        }
        // Ten, the rest of them, and the overflow row.
        #expect(rows(SnapshotScreen(snapshot: Self.snapshot).text(style)) == [6, 12, 4, 11])
        #expect(rows(SnapshotScreen(snapshot: Self.snapshot, top: 2, lines: 24).text(style)) == [6, 4, 3, 3])
        let text = SnapshotScreen(snapshot: Self.snapshot).text(style)
        #expect(text.contains("/system.slice/docker-0123456789ab.scope    133          0         120           12"))
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test func `what must catch the eye is coloured where there are colours, and nothing else changes`() {
        var style = terminal
        let plain = SnapshotScreen(snapshot: Self.snapshot, lines: 24).text(style)
        style.isColoured = true
        let text = SnapshotScreen(snapshot: Self.snapshot, lines: 24).text(style)
        #expect(text.contains("\u{1b}[31m129/128 FULL"))
        #expect(text.contains("\u{1b}[33mTIME_WAIT  \u{1b}[0m"))
        #expect(text.contains("\u{1b}[33m       120\u{1b}[0m"))
        #expect(!text.contains("\u{1b}[33mESTABLISHED"))
        var bare = text
        for number in [0, 1, 31, 33] { bare = bare.split(separator: "\u{1b}[\(number)m").joined() }
        // They only differ in spaces at the ends of lines.
        #expect(bare.split(separator: "\n").map { $0.trimmed } == plain.split(separator: "\n").map { $0.trimmed })
    }

    @Test func `a row of the rest is the sum of what it stands for`() {
        for grouping in [ConnectionGrouping.localPort, .container] {
            for limit in [1, 2, 3, 100] {
                let cut = Self.snapshot.rows(grouping, limit: limit)
                #expect(cut.rows.count == min(limit, grouping == .container ? 4 : 17))
                #expect(
                    (cut.rows + cut.more + cut.others).sum.total
                        == Self.snapshot.groups[grouping].values.reduce(0) { $0 + $1.total }
                )
            }
        }
    }

    @Test func `a full accept queue comes before a full SYN queue, and that before fuller ones that take more`() {
        func listener(_ port: UInt16, accept: (UInt64, UInt64), syn: (UInt64, UInt64)) -> ListenerState {
            ListenerState(
                place: IPAddress("::").map { .init(address: $0, port: port) },
                type: .ipv6,
                accept: .init(usage: accept.0, limit: 4, full: accept.1),
                syn: .init(usage: syn.0, limit: 4, full: syn.1)
            )
        }
        let listeners = [
            listener(1, accept: (0, 0), syn: (1, 0)), listener(2, accept: (4, 0), syn: (0, 0)),
            listener(3, accept: (0, 0), syn: (5, 1)), listener(4, accept: (5, 1), syn: (0, 0)),
            listener(5, accept: (0, 0), syn: (0, 0)), listener(6, accept: (5, 1), syn: (5, 1)),
        ]
        let snapshot = Snapshot(groups: ConnectionGroups(listeners: listeners))
        #expect(snapshot.listeners(limit: nil).rows.map { $0.place?.port } == [6, 4, 3, 2, 1, 5])
    }
}

extension Substring {
    /// The text without spaces at its end.
    fileprivate var trimmed: Substring {
        self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)]
    }
}
