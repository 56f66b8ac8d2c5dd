internal import FoundationEssentials
internal import Readings

/// What the settings of the network namespace allow; nil where they can't be read, as in some containers.
struct NamespaceLimits: Equatable {
    /// How many connections may be in TIME_WAIT.
    var timeWait: UInt64?
    /// How many ports there are to choose from for a connection that is opened here.
    var ephemeralPorts: UInt64?

    /// Those of the namespace of this process; they may change at any time.
    static var current: Self {
        Self { try? String(contentsOfFile: "/proc/sys/net/ipv4/\($0)", encoding: .utf8) }
    }

    /// Reads the limits by `setting`, which gives the text of one by its name.
    init(_ setting: (_ name: String) -> String?) {
        timeWait = setting("tcp_max_tw_buckets").flatMap(Self.numbers)?.first
        ephemeralPorts = setting("ip_local_port_range").flatMap { range in
            // A kernel of which nothing can be read here has no reserved ports to show either.
            setting("ip_local_reserved_ports").flatMap { Self.ports(in: range, without: $0) }
        }
    }

    /// How many ports are in `range`, as `32768 60999`, and not in the list `reserved`, as `8080,9000-9009`.
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

    /// The whole numbers in `text`; nil when something else stands there, or nothing.
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
