import FoundationEssentials

/// How many SYNs may wait at a listener, in addition to the limit of its backlog.
enum SYNBacklog {
    /// Only each listener's own limit applies.
    static let unlimited = UInt32.max

    /// The limit of this network namespace.
    ///
    /// With cookies (`tcp_syncookies`, on by default) there is no limit: a SYN beyond a listener's backlog is answered
    /// with a cookie. Without cookies, the last quarter of `tcp_max_syn_backlog` is reserved for known peers
    /// (`tcp_conn_request()` in `net/ipv4/tcp_input.c`).
    static func current() -> UInt32 {
        limit(syncookies: setting("tcp_syncookies"), maximum: setting("tcp_max_syn_backlog"))
    }

    /// The limit that follows from these settings; unlimited if one of them is unknown.
    static func limit(syncookies: UInt32?, maximum: UInt32?) -> UInt32 {
        guard syncookies == 0, let maximum else { return unlimited }
        return maximum - maximum / 4
    }

    private static func setting(_ name: String) -> UInt32? {
        let text = try? String(contentsOfFile: "/proc/sys/net/ipv4/\(name)", encoding: .utf8)
        return text.flatMap { UInt32($0.filter(\.isNumber)) }
    }
}
