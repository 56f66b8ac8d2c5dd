internal import FoundationEssentials
internal import Readings

/// The limits that the settings of the network namespace impose; nil for those that can't be read, as in some
/// containers.
struct NamespaceLimits: Equatable {
    /// How many connections may be in TIME_WAIT.
    var timeWait: UInt64?
    /// How many ports an outgoing connection can choose from.
    var ephemeralPorts: UInt64?

    /// The limits of this process's network namespace.
    ///
    /// They may change at any time.
    static var current: Self {
        Self { try? String(contentsOfFile: "/proc/sys/net/ipv4/\($0)", encoding: .utf8) }
    }

    /// Reads the limits.
    ///
    /// `setting` returns the text of a setting by its name.
    init(_ setting: (_ name: String) -> String?) {
        timeWait = setting("tcp_max_tw_buckets").flatMap(Self.numbers)?.first
        ephemeralPorts = setting("ip_local_port_range").flatMap { range in
            // Without any readable setting the reserved ports can't be known either.
            setting("ip_local_reserved_ports").flatMap { Self.ports(in: range, without: $0) }
        }
    }

    /// How many ports are in `range` (`32768 60999`) but not in the list `reserved` (`8080,9000-9009`).
    static func ports(in range: String, without reserved: String) -> UInt64? {
        guard let bounds = numbers(range), bounds.count == 2, bounds[0] <= bounds[1], bounds[1] <= UInt16.max else {
            return nil
        }
        var isFree = [Bool](repeating: true, count: Int(UInt16.max) + 1)
        for entry in reserved.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let ends = entry.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
                last <= UInt16.max
            else { return nil }
            for port in first...last {
                isFree[Int(port)] = false
            }
        }
        return UInt64(isFree[Int(bounds[0])...Int(bounds[1])].count { $0 })
    }

    /// The whole numbers in `text`; nil if there are none, or if it contains anything else.
    private static func numbers(_ text: String) -> [UInt64]? {
        let words = text.split(whereSeparator: \.isWhitespace)
        let numbers = words.compactMap { UInt64($0) }
        return numbers.isEmpty || numbers.count < words.count ? nil : numbers
    }
}

extension Tables<Stock> {
    /// Adds the limits that are known.
    mutating func add(_ limits: NamespaceLimits) {
        self[.timeWaitLimit, .host] = limits.timeWait.map { [$0] }
        self[.ephemeralPorts, .host] = limits.ephemeralPorts.map { [$0] }
    }
}
