import Foundation
import Testing

/// An object of `tcplens trace --format json`.
struct TraceEvent: Decodable, Hashable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case time, type, role, netns, pid, command, retransmits, error
        case oldState = "old_state"
        case newState = "new_state"
        case localAddress = "local_address"
        case localPort = "local_port"
        case peerAddress = "peer_address"
        case peerPort = "peer_port"
        case held = "state_duration_seconds"
        case cgroup = "cgroup_id"
        case container = "cgroup"
        case roundTrip = "rtt_seconds"
        case bytesSent = "bytes_sent"
        case bytesReceived = "bytes_received"
    }

    var time: String
    var oldState: String
    var newState: String
    var type: String
    var localAddress: String
    var localPort: Int
    var peerAddress: String
    var peerPort: Int
    var role: String?
    var held: Double?
    var netns: Int
    var cgroup: UInt64
    var container: String?
    var pid: Int32?
    var command: String?
    var roundTrip: Double?
    var retransmits: Int?
    var bytesSent: Int?
    var bytesReceived: Int?
    var error: String?

    /// The change as a short text: `syn_sent>established`.
    var change: String { "\(oldState)>\(newState)" }

    /// Both ends, this one first: `127.0.0.1:7001 127.0.0.1:43210`.
    var ends: String { "\(localAddress):\(localPort) \(peerAddress):\(peerPort)" }

    /// Seconds since 1970; the fraction is a separate number, because 64 bits have no room for both.
    var seconds: Double {
        let point = time.firstIndex(of: ".") ?? time.endIndex
        let whole = try? Date(String(time[..<point]) + "Z", strategy: .iso8601)
        return (whole?.timeIntervalSince1970 ?? 0) + (Double("0" + time[point...].dropLast()) ?? 0)
    }
}

/// A `tcplens trace --format json` in a namespace that a test made.
final class Tracer {
    private let process: RunningProcess

    /// Starts a trace and waits until its programs run.
    init(in traffic: Traffic, _ options: [String] = []) throws {
        let process = try RunningProcess(
            [Executable.tcplens, "trace", "--format", "json", "--log-level", "debug"] + options,
            in: traffic
        )
        _ = try eventually("the programs of trace") { process.error.contains("tracing with") ? true : nil }
        self.process = process
    }

    /// The process.
    var processIdentifier: Int32 { process.processIdentifier }

    /// Its log.
    var log: String { process.error }

    /// Ends it and returns all events that it has printed.
    func end() throws -> [TraceEvent] {
        try Self.events(lines())
    }

    /// Ends it and returns all lines that it has printed.
    func lines() throws -> [Substring] {
        process.signal(SIGTERM)
        process.wait()
        guard process.status == 0 else { throw Timeout(description: "trace failed: \(process.error)") }
        return process.output.split(separator: "\n")
    }

    /// Reads lines of an output.
    static func events(_ lines: some Sequence<Substring>) throws -> [TraceEvent] {
        let decoder = JSONDecoder()
        return try lines.map { try decoder.decode(TraceEvent.self, from: Data($0.utf8)) }
    }

    /// How many events it has printed and how many were lost, according to its last message.
    func summary() throws -> (written: Int, lost: Int) {
        guard let match = log.firstMatch(of: /(\d+) events, (none|\d+) lost/), let written = Int(match.1) else {
            throw Timeout(description: "no summary in \(log)")
        }
        return (written, Int(match.2) ?? 0)
    }
}

/// A trace of a scenario after which no connection is open.
///
/// Some machines run no program at all while certain threads of their own run, not even for the softirqs that interrupt
/// them. A trace must report each event that it misses in this way, which the tests check. They go on with a trace that
/// has missed none, and repeat the scenario otherwise.
struct TracedScenario {
    /// The events that it shows.
    var events: [TraceEvent]
    /// How many missed events it reports.
    var lost: Int

    /// Ends the trace.
    init(_ tracer: Tracer) throws {
        events = try tracer.end()
        let written: Int
        (written, lost) = try tracer.summary()
        #expect(written == events.count)
    }

    /// Whether it has all events.
    var isWhole: Bool { lost == 0 && events.openConnections == 0 }

    /// Whether it accounts for `changes`, all that there were: it shows each, or it shows fewer and says that it does.
    ///
    /// How many it has missed it can't always tell: what a connection missed in a row, such as both changes of one
    /// softirq at its end, leaves one gap.
    func accounts(for changes: Int) -> Bool {
        isWhole ? events.count == changes : events.count + lost + events.openConnections <= changes
    }
}

extension [TraceEvent] {
    /// The changes of each socket in order, by its two ends, this one first.
    var lives: [String: [String]] {
        reduce(into: [:]) { $0[$1.ends, default: []].append($1.change) }
    }

    /// How many connections have not ended: where all of them have, so many ends were missed, and no trace can know of
    /// those.
    var openConnections: Int {
        reduce(into: [:]) { $0[$1.ends] = $1.newState }.values.filter { !["closed", "listen"].contains($0) }.count
    }

    /// The changes of the only socket that `condition` holds for.
    func changes(of condition: (TraceEvent) -> Bool) -> [String] {
        filter(condition).map(\.change)
    }
}
