internal import CLibcurl
internal import FoundationEssentials

/// A URL parsed by libcurl, so that what is checked here is what is requested later.
struct URLParts: Hashable, Sendable {
    /// Why a text is not a usable URL.
    struct Malformed: Error, Equatable {
        var reason: String
    }

    /// The whole URL, including user and password: a secret.
    var url: String
    /// The scheme, in lower case.
    var scheme: String
    /// The name or the address, IPv6 addresses in brackets.
    var host: String
    /// The port, if the URL has one.
    var port: Int?
    /// The path, at least `/`.
    var path: String
    /// Whether there is a query, which may hold a secret.
    var hasQuery: Bool
    /// Texts that must not be shown: user, password and query, as written and decoded, and user and password as HTTP
    /// sends them.
    var secrets: [String]

    /// Parses `text`, whose scheme must be one of `schemes`.
    ///
    /// If there is a `suffix`, that path is appended to the one in `text` and the query is dropped, as when a relative
    /// reference is resolved.
    init(
        _ text: String,
        appending suffix: String? = nil,
        schemes: Set<String> = ["http", "https"]
    ) throws(Malformed) {
        // For libcurl the text would end there, and a part of a password be the host.
        guard !text.utf8.contains(0) else {
            throw Malformed(reason: "it contains a NUL character")
        }
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
            throw Malformed(reason: "the scheme is not one of \(schemes.sorted().joined(separator: ", "))")
        }
        guard !Self.isCutShort(text[schemeEnd...]) else {
            throw Malformed(reason: "in a user or a password, / is written %2F, ? is %3F, # is %23 and @ is %40")
        }
        // From the whole text, before the query is dropped.
        secrets = unsafe Self.secrets(of: handle)
        path = try unsafe Self.part(CURLUPART_PATH, of: handle) ?? "/"
        try unsafe Self.check(curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0))
        if let suffix {
            path += path.hasSuffix("/") ? suffix : "/" + suffix
            try unsafe Self.check(curl_url_set(handle, CURLUPART_PATH, path, 0))
            try unsafe Self.check(curl_url_set(handle, CURLUPART_QUERY, nil, 0))
        }
        host = try unsafe Self.part(CURLUPART_HOST, of: handle) ?? ""
        // libcurl takes `http:///x` for the host x, and accepts non-ASCII names only if it was built for them.
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

    /// Whether an `@` follows the host part: then libcurl may have parsed part of a password as port, path or query,
    /// and printing those would leak it.
    private static func isCutShort(_ rest: Substring) -> Bool {
        let tail = rest.drop { !"/?#".contains($0) }
        let isPath = tail.hasPrefix("/")
        return (isPath ? tail.prefix { $0 != "?" } : tail).contains("@")
    }

    private static func secrets(of handle: OpaquePointer) -> [String] {
        var secrets: [String] = []
        for part in [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY] {
            for flags in [CURLU_PATH_AS_IS, CURLU_URLDECODE] {
                // What can't be decoded to text is not shown anywhere.
                secrets += [try? unsafe Self.part(part, of: handle, flags: flags)].compactMap { $0 ?? nil }
            }
        }
        // The values in the query, too: a receiver may quote one alone.
        let values = secrets.flatMap { $0.split(separator: "&") }.compactMap { pair in
            pair.firstIndex(of: "=").map { String(pair[pair.index(after: $0)...]) }
        }
        return unsafe secrets + values + [basicCredentials(of: handle)].compactMap(\.self)
    }

    /// The text after `Basic ` in the header that libcurl makes from user and password (RFC 7617).
    private static func basicCredentials(of handle: OpaquePointer) -> String? {
        let parts = [CURLUPART_USER, CURLUPART_PASSWORD].map { part in
            (try? unsafe Self.part(part, of: handle, flags: CURLU_URLDECODE)) ?? nil
        }
        guard parts.contains(where: { $0 != nil }) else { return nil }
        return Data("\(parts[0] ?? ""):\(parts[1] ?? "")".utf8).base64EncodedString()
    }

    /// A copy of one part; nil if the URL does not have it.
    private static func part(
        _ part: CURLUPart,
        of handle: OpaquePointer,
        flags: Int32 = CURLU_PATH_AS_IS
    ) throws(Malformed) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        let code = unsafe curl_url_get(handle, part, &text, UInt32(flags))
        // libcurl has allocated it; curl_free accepts NULL.
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
