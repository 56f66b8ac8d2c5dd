internal import FoundationEssentials
internal import Readings

extension NamespaceCounters {
    private static let paths = ["/proc/self/net/netstat", "/proc/self/net/snmp"]

    /// The counters of this process's network namespace.
    ///
    /// Those that can't be read are left out.
    static func current() -> Self {
        let counters = paths.reduce(into: [String: UInt64]()) { counters, path in
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return }
            counters.merge(parse(text)) { $1 }
        }
        return Self { counters[$0.rawValue] }
    }

    /// Reads pairs of lines, one with names and one with values, each prefixed with the name of its group:
    /// `TcpExt.ListenDrops`.
    static func parse(_ text: String) -> [String: UInt64] {
        var counters: [String: UInt64] = [:]
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        for (names, values) in zip(lines, lines.dropFirst()) where names.first == values.first {
            guard let group = names.first?.dropLast() else { continue }
            for (name, value) in zip(names.dropFirst(), values.dropFirst()) {
                // A few are signed and can be -1. None of those is used.
                counters["\(group).\(name)"] = UInt64(value)
            }
        }
        return counters
    }
}
