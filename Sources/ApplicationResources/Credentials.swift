internal import System

/// Recognizes attributes that look like credentials, so that they never leave the process that has them.
///
/// People put them where they do not belong, and a list of resource attributes is such a place. A false alarm costs one
/// attribute.
enum Credentials {
    /// Parts of keys, without their separators.
    private static let words = [
        "password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "accesskey", "privatekey", "private",
        "auth", "credential", "cookie", "session", "signature", "bearer", "connectionstring", "dsn",
    ]
    /// Beginnings of values: the schemes of HTTP's `Authorization`, PEM (RFC 7468), and tokens that say what they are.
    private static let beginnings = [
        "bearer ", "basic ", "-----begin", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "xoxb-", "xoxp-",
        "xoxa-", "akia", "ya29.",
    ]

    /// Whether `key` or `value` looks like a credential.
    static func areLikely(in key: String, _ value: String) -> Bool {
        let letters = key.lowercased().filter { $0.isLetter || $0.isNumber }
        if words.contains(where: letters.contains) { return true }
        let text = value.trimmed.lowercased()
        return beginnings.contains(where: text.hasPrefix) || text.contains("-----begin") || isToken(value.trimmed)
            || hasUserInfo(text)
    }

    /// Whether `text` contains a URL with a user or a password (RFC 3986, section 3.2.1).
    private static func hasUserInfo(_ text: String) -> Bool {
        var rest = text.utf8[...]
        let separator = Array("://".utf8)
        while let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            rest = rest[colon...]
            if rest.starts(with: separator) {
                let authority = rest.dropFirst(separator.count).prefix { byte in
                    ![UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: " ")].contains(byte)
                }
                if authority.contains(UInt8(ascii: "@")) { return true }
            }
            rest = rest.dropFirst()
        }
        return false
    }

    /// Whether `text` is a JSON Web Token (RFC 7519): three parts, of which the first begins with `{"` in Base64.
    private static func isToken(_ text: Substring) -> Bool {
        text.hasPrefix("eyJ") && text.utf8.count { $0 == UInt8(ascii: ".") } == 2
    }
}
