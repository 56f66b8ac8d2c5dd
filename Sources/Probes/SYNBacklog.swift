import FoundationEssentials

/// How many SYNs may wait at a listener besides what its own backlog allows.
enum SYNBacklog {
    /// No limit but that of each listener.
    static let unlimited = UInt32.max

    /// The limit of this network namespace.
    ///
    /// With cookies (`tcp_syncookies`, on by default) there is none: what exceeds a listener's backlog gets a cookie. Without
    /// them the last quarter of `tcp_max_syn_backlog` is kept for peers that are known (`tcp_conn_request()` in
    /// `net/ipv4/tcp_input.c`).
    static func current() -> UInt32 {
        limit(syncookies: setting("tcp_syncookies"), maximum: setting("tcp_max_syn_backlog"))
    }

    /// The limit by these settings; none where one of them is not to be known.
    static func limit(syncookies: UInt32?, maximum: UInt32?) -> UInt32 {
        guard syncookies == 0, let maximum else { return unlimited }
        return maximum - maximum / 4
    }

    private static func setting(_ name: String) -> UInt32? {
        let text = try? String(contentsOfFile: "/proc/sys/net/ipv4/\(name)", encoding: .utf8)
        return text.flatMap { UInt32($0.filter(\.isNumber)) }
    }
}
