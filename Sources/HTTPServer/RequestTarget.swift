internal import NIOCore
internal import NIOHTTP1

extension HTTPRequest {
    /// Creates a request from the parser's result.
    init(_ head: HTTPRequestHead, body: [UInt8], peer: SocketAddress?) {
        let target = Self.originForm(head.uri)
        let mark = target.firstIndex(of: "?")
        self.init(
            method: head.method.rawValue,
            path: String(target[..<(mark ?? target.endIndex)]),
            query: mark.map { String(target[target.index(after: $0)...]) },
            headers: HTTPFields(head.headers.map { (name: $0.name, value: $0.value) }),
            body: body,
            peer: peer?.text
        )
    }

    /// `target` without scheme and host.
    ///
    /// Proxies send those, and every server must accept them (RFC 9112, section 3.2.2).
    private static func originForm(_ target: String) -> String {
        guard let scheme = ["http://", "https://"].first(where: target.lowercased().hasPrefix) else { return target }
        let path = target.dropFirst(scheme.count).drop { $0 != "/" && $0 != "?" }
        return path.hasPrefix("/") ? String(path) : "/\(path)"
    }
}

extension HTTPRequestHead {
    /// Whether there is exactly one `Host`, which HTTP/1.1 requires and HTTP/1.0 does not (RFC 9112, section 3.2).
    var hasItsHost: Bool {
        let count = headers["Host"].count
        return count == 1 || count == 0 && version == .http1_0
    }
}
