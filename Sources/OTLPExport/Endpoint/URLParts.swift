internal import CLibcurl
internal import FoundationEssentials

/// A URL taken apart by libcurl's own parser, so that what is checked here is what is requested later.
struct URLParts: Hashable, Sendable {
    /// Why a text is no URL that metrics can be sent to.
    struct Malformed: Error, Equatable {
        var reason: String
    }

    /// The whole, with user and password if there were any: a secret.
    var url: String
    /// In lower case.
    var scheme: String
    /// The name or the address, IPv6 addresses in brackets.
    var host: String
    /// The port that stands in the URL.
    var port: Int?
    /// The path, at least `/`.
    var path: String
    /// Whether there is a query, which may hold a secret.
    var hasQuery: Bool
    /// User, password and query, as they are and decoded, and user and password as HTTP sends them: not to be shown.
    var secrets: [String]

    /// Takes `text` apart, whose scheme must be one of `schemes`; with `suffix`, first appends that path to the one in
    /// `text` and drops the query, as resolving a relative reference does.
    init(
        _ text: String,
        appending suffix: String? = nil,
        schemes: Set<String> = ["http", "https"]
    ) throws(Malformed) {
        guard let schemeEnd = text.firstRange(of: "://")?.upperBound else {
            throw Malformed(reason: "it has no scheme")
        }
        guard let handle = unsafe curl_url() else {
            throw Malformed(reason: "out of memory")
        }
        defer { unsafe curl_url_cleanup(handle) }

        let flags = UInt32(CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME)
        try unsafe Self.check(curl_url_set(handle, CURLUPART_URL, text, flags))
        scheme = try unsafe Self.part(CURLUPART_SCHEME, of: handle) ?? ""
        guard schemes.contains(scheme) else {
            throw Malformed(reason: "the scheme is none of \(schemes.sorted().joined(separator: ", "))")
        }
        guard !Self.isCutShort(text[schemeEnd...]) else {
            throw Malformed(reason: "in a user or a password, / is written %2F, ? is %3F, # is %23 and @ is %40")
        }
        // Of the whole text, before a query is dropped.
        secrets = unsafe Self.secrets(of: handle)
        path = try unsafe Self.part(CURLUPART_PATH, of: handle) ?? "/"
        try unsafe Self.check(curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0))
        if let suffix {
            path += path.hasSuffix("/") ? suffix : "/" + suffix
            try unsafe Self.check(curl_url_set(handle, CURLUPART_PATH, path, 0))
            try unsafe Self.check(curl_url_set(handle, CURLUPART_QUERY, nil, 0))
        }
        host = try unsafe Self.part(CURLUPART_HOST, of: handle) ?? ""
        // libcurl takes `http:///x` for the host x, and names beyond ASCII only if it was built for them.
        guard !text.contains(":///") else { throw Malformed(reason: "it has no host") }
        guard host.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw Malformed(reason: "the host is not written in ASCII (punycode)")
        }
        port = try unsafe Self.part(CURLUPART_PORT, of: handle).flatMap { Int($0) }
        guard port != 0 else {
            throw Malformed(reason: "port 0 cannot be connected to")
        }
        hasQuery = try unsafe Self.part(CURLUPART_QUERY, of: handle) != nil
        url = try unsafe Self.part(CURLUPART_URL, of: handle) ?? text
    }

    /// The URL without user, password and query.
    var redacted: String {
        "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")\(path)\(hasQuery ? "?***" : "")"
    }

    /// Whether an `@` comes so late in what follows the scheme that a part of a password would be taken for the port, the path
    /// or the query, and shown.
    private static func isCutShort(_ rest: Substring) -> Bool {
        let tail = rest.drop { !"/?#".contains($0) }
        let isPath = tail.hasPrefix("/")
        return (isPath ? tail.prefix { $0 != "?" } : tail).contains("@")
    }

    private static func secrets(of handle: OpaquePointer) -> [String] {
        var secrets: [String] = []
        for part in [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY] {
            for flags in [CURLU_PATH_AS_IS, CURLU_URLDECODE] {
                // What does not decode to a text is shown nowhere either.
                secrets += [try? unsafe Self.part(part, of: handle, flags: flags)].compactMap { $0 ?? nil }
            }
        }
        // The query's parts, too: a receiver may quote the value alone.
        let values = secrets.flatMap { $0.split(separator: "&") }.compactMap { pair in
            pair.firstIndex(of: "=").map { String(pair[pair.index(after: $0)...]) }
        }
        return unsafe secrets + values + [basicCredentials(of: handle)].compactMap(\.self)
    }

    /// What stands behind `Basic ` in the header that libcurl makes of user and password (RFC 7617).
    private static func basicCredentials(of handle: OpaquePointer) -> String? {
        let parts = [CURLUPART_USER, CURLUPART_PASSWORD].map { part in
            (try? unsafe Self.part(part, of: handle, flags: CURLU_URLDECODE)) ?? nil
        }
        guard parts.contains(where: { $0 != nil }) else { return nil }
        return Data("\(parts[0] ?? ""):\(parts[1] ?? "")".utf8).base64EncodedString()
    }

    /// A copy of one part, or nil where the URL has none.
    private static func part(
        _ part: CURLUPart,
        of handle: OpaquePointer,
        flags: Int32 = CURLU_PATH_AS_IS
    ) throws(Malformed) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        let code = unsafe curl_url_get(handle, part, &text, UInt32(flags))
        // libcurl allocated it for us; curl_free takes NULL.
        defer { unsafe curl_free(text) }
        switch code {
        case CURLUE_OK: return unsafe text.map { unsafe String(cString: $0) }
        case CURLUE_NO_PORT, CURLUE_NO_QUERY, CURLUE_NO_USER, CURLUE_NO_PASSWORD: return nil
        default:
            try check(code)
            return nil
        }
    }

    private static func check(_ code: CURLUcode) throws(Malformed) {
        guard code == CURLUE_OK else {
            let text = unsafe curl_url_strerror(code).map { unsafe String(cString: $0) }
            throw Malformed(reason: text ?? "error \(code.rawValue) of the URL parser")
        }
    }
}
