import Foundation
import Testing

/// A real fault of those in the table of findings, or in the README's.
struct TriageFault {
    /// The title of its finding, or its name in the README's table.
    let name: String
    /// The labels that show what is wrong, with all their values.
    let labels: [String: Set<String>]
    /// Makes the fault.
    private let begin: (UnusualTraffic) throws -> Void
    /// What must be repeated while the fault lasts.
    let goOn: (UnusualTraffic) throws -> Void
    /// Ends the fault.
    let end: (UnusualTraffic) throws -> Void
    /// A scenario that lasts as long as the fault.
    private let scenario: String?

    /// Makes the fault.
    ///
    /// - Returns: The scenario, which the caller keeps and ends.
    func start(in unusual: UnusualTraffic) throws -> UnusualTraffic.Held? {
        try begin(unusual)
        return try scenario.map(unusual.hold)
    }

    private init(
        _ name: String,
        _ labels: [String: Set<String>] = [:],
        scenario: String? = nil,
        begin: @escaping (UnusualTraffic) throws -> Void = { _ in },
        goOn: @escaping (UnusualTraffic) throws -> Void = { _ in },
        end: @escaping (UnusualTraffic) throws -> Void = { _ in }
    ) {
        self.name = name
        self.labels = labels
        self.scenario = scenario
        self.begin = begin
        self.goOn = goOn
        self.end = end
    }

    /// Prepares the namespace: a low limit of TIME_WAIT, and a route to addresses that do not exist.
    static func prepare(_ unusual: UnusualTraffic) throws {
        try unusual.traffic.configure(["sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=4000"])
        try unusual.traffic.configure(["ip", "route", "add", "192.0.2.0/24", "dev", "lo"])
    }

    /// All faults, in an order in which none triggers the query of a later one.
    static var all: [Self] {
        [
            Self("Loss", begin: lossBegins, goOn: { try $0.traffic("send loss client 1000") }, end: lossEnds),
            Self("Slow answers", ["network_local_port": ["7021"]], scenario: "answering_late"),
            Self("Zero window", ["network_io_direction": ["receive", "transmit"]], scenario: "stuck"),
            Self(
                "SYN flood",
                begin: { try $0.traffic("listen 4 7105 8") },
                goOn: { try $0.traffic("syn 7105 100") },
                end: { try $0.traffic("unlisten 7105") }
            ),
            Self("Accept queue full", ["network_local_port": ["7010"]], scenario: "one_worker_hangs"),
            Self(
                "CLOSE_WAIT leak",
                begin: { try $0.traffic("listen 4 7101 128", "connect leak 4 7101 60", "close leak client") },
                end: { try $0.traffic("reset leak server", "unlisten 7101") }
            ),
            Self(
                "Ports running out",
                ["network_peer_port": ["7106"]],
                begin: { unusual in
                    try unusual.traffic.configure(["sysctl", "-qw", "net.ipv4.ip_local_port_range=30000 30999"])
                    try unusual.traffic("listen 4 7106 128", "connect ports 4 7106 850")
                }
            ),
            Self(
                "No free port",
                begin: portsEnd,
                goOn: findNoPort,
                end: { unusual in
                    try unusual.traffic("reset ports client", "reset ports server", "unlisten 7106")
                    try unusual.traffic.configure(["sysctl", "-qw", "net.ipv4.ip_local_port_range=32768 60999"])
                }
            ),
            Self("More connections than can be followed", scenario: "crowd"),
            // Two of three connections leave a TIME_WAIT.
            Self("TIME_WAIT near its limit", begin: { try $0.traffic("listen 4 7104 128", "churn 4 7104 5400") }),
        ]
    }

    /// Every second segment is lost, except SYNs, FINs and resets.
    private static func lossBegins(_ unusual: UnusualTraffic) throws {
        try unusual.traffic("listen 4 7103 128", "connect loss 4 7103 20")
        try unusual.traffic.drop("tcp dport 7103 tcp flags & (syn|fin|rst) == 0 numgen random mod 2 == 0")
    }

    /// Only 150 ports are left.
    private static func portsEnd(_ unusual: UnusualTraffic) {
        #expect(throws: Traffic.Refused.self) { try unusual.traffic("connect ports 4 7106 151") }
    }

    private static func findNoPort(_ unusual: UnusualTraffic) throws {
        let answer = try unusual.traffic.ask("dial 4 127.0.0.1 7106")
        #expect(answer == "ok \(EADDRNOTAVAIL)")
    }

    private static func lossEnds(_ unusual: UnusualTraffic) throws {
        try unusual.traffic.configure(["nft", "delete table inet test"])
        try unusual.traffic("reset loss client", "reset loss server", "unlisten 7103")
    }
}
