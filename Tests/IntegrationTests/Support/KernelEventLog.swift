import Foundation

/// The kernel's own log of `inet_sock_set_state`, in an instance of tracefs that goes with it: no program takes part,
/// so none can be left out.
final class KernelEventLog {
    private let instance: URL
    private let ports: Set<Int>

    /// Starts a log of the sockets of all namespaces that have one of `ports`; needs a mounted tracefs.
    init(of ports: Set<Int>) throws {
        instance = URL(filePath: "/sys/kernel/tracing/instances/tcplens-\(UUID().uuidString)")
        self.ports = ports
        try FileManager.default.createDirectory(at: instance, withIntermediateDirectories: false)
        // Events of other processes must not push ours out of the log.
        try write(ports.map { "sport == \($0) || dport == \($0)" }.joined(separator: " || "), to: "filter")
        try write("1", to: "enable")
    }

    deinit {
        try? write("0", to: "enable")
        // Removing the directory removes its files, which can't be removed one by one.
        _ = try? run(["rmdir", instance.path])
    }

    private func write(_ text: String, to file: String) throws {
        let path = instance.appending(path: "events/sock/inet_sock_set_state/\(file)").path
        guard let file = FileHandle(forWritingAtPath: path) else { throw Timeout(description: "can't open \(path)") }
        try file.write(contentsOf: Data(text.utf8))
    }

    /// The changes so far, each after one of the ports: `7001 listen>syn_received`.
    func changes() throws -> [String] {
        let text = try run(["cat", instance.appending(path: "trace").path]).output
        let pattern =
            /protocol=IPPROTO_TCP sport=(\d+) dport=(\d+) .* oldstate=TCP_(\w+) newstate=TCP_(\w+)/
        return try text.split(separator: "\n").compactMap { line in
            guard let match = line.firstMatch(of: pattern) else { return nil }
            guard let port = [match.1, match.2].compactMap({ Int($0) }).first(where: ports.contains) else { return nil }
            guard let old = TCPStateName.conventional[String(match.3)],
                let new = TCPStateName.conventional[String(match.4)]
            else { throw Timeout(description: "a line of the kernel's log that the test can't read: \(line)") }
            return "\(port) \(old)>\(new)"
        }
    }
}

/// Names of states.
enum TCPStateName {
    /// The names of the conventions by those of the kernel.
    static let conventional = [
        "ESTABLISHED": "established", "SYN_SENT": "syn_sent", "SYN_RECV": "syn_received",
        "FIN_WAIT1": "fin_wait_1", "FIN_WAIT2": "fin_wait_2", "TIME_WAIT": "time_wait", "CLOSE": "closed",
        "CLOSE_WAIT": "close_wait", "LAST_ACK": "last_ack", "LISTEN": "listen", "CLOSING": "closing",
    ]
}
