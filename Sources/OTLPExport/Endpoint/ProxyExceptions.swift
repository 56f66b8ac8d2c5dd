internal import Glibc
internal import System

/// The hosts in `no_proxy`, which are reached directly.
///
/// `no_proxy` has no specification. This accepts what Go (`golang.org/x/net/http/httpproxy`), Python and curl accept,
/// each of which knows only a part of it; libcurl only gets the result:
///
/// - `*` is everything;
/// - `example.com` and `.example.com` are the domain and its subdomains, `*.example.com` only the subdomains, as in Go;
/// - an address, IPv6 with or without brackets, and a network, such as `10.0.0.0/8`;
/// - each may have a port, such as `example.com:4318`, and then only applies to that port;
/// - entries are separated by commas or white space; case and a trailing dot are ignored; blank entries are skipped.
///
/// Names are not resolved, so a network does not match a host that is given by name.
struct ProxyExceptions: Hashable, Sendable {
    /// The meaning of an entry.
    private enum Pattern: Hashable {
        case everything
        /// A domain; `isItself` includes the domain itself, not only its subdomains.
        case domain(String, isItself: Bool)
        case network(IPNetwork)
    }

    private struct Entry: Hashable {
        var text: String
        var pattern: Pattern
        var port: Int?
    }

    private let entries: [Entry]
    /// Entries that can't be parsed, such as `10.*`.
    let unknown: [String]

    /// The valid entries, as the user wrote them.
    var known: [String] { entries.map(\.text) }

    /// Parses `text`, the value of `no_proxy`.
    init(_ text: String) {
        var entries: [Entry] = []
        var unknown: [String] = []
        for word in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            if let entry = Self.entry(String(word)) {
                entries.append(entry)
            } else {
                unknown.append(String(word))
            }
        }
        (self.entries, self.unknown) = (entries, unknown)
    }

    /// The first entry that matches the receiver; nil if none does.
    ///
    /// - Parameters:
    ///   - host: A name or an address without brackets.
    ///   - port: The port.
    /// - Returns: The entry as the user wrote it.
    func entry(for host: String, port: Int) -> String? {
        let name = Self.name(host)
        let address = IPNetwork(address: host)
        return entries.first { entry in
            guard entry.port == nil || entry.port == port else { return false }
            switch entry.pattern {
            case .everything: return true
            case .domain(let domain, let isItself):
                return address == nil && (isItself && name == domain || name.hasSuffix("." + domain))
            case .network(let network): return address.map(network.contains) ?? false
            }
        }?.text
    }

    private static func entry(_ text: String) -> Entry? {
        if text == "*" { return Entry(text: text, pattern: .everything, port: nil) }
        if let network = IPNetwork(text) { return Entry(text: text, pattern: .network(network), port: nil) }
        var (host, port) = (text[...], Int?.none)
        // Everything but an address has at most one colon outside brackets.
        if let colon = text.lastIndex(of: ":") {
            let digits = text[text.index(after: colon)...]
            guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits),
                (1...65_535).contains(number)
            else { return nil }
            (host, port) = (text[..<colon], number)
        }
        if host == "*" { return Entry(text: text, pattern: .everything, port: port) }
        if let network = IPNetwork(String(host)) { return Entry(text: text, pattern: .network(network), port: port) }
        guard let pattern = domain(host) else { return nil }
        return Entry(text: text, pattern: pattern, port: port)
    }

    private static func domain(_ text: Substring) -> Pattern? {
        // A star is only allowed in place of the subdomains.
        let isWild = text.hasPrefix("*.")
        let rest = isWild ? text.dropFirst(2) : text.hasPrefix(".") ? text.dropFirst() : text
        let domain = name(rest)
        guard !domain.isEmpty, !domain.hasPrefix("."), !domain.contains(where: { "*/[]:@%".contains($0) }) else {
            return nil
        }
        // Only digits and dots are an incomplete address, not a domain.
        guard !domain.allSatisfy({ $0 == "." || $0.isASCII && $0.isNumber }) else { return nil }
        return .domain(domain, isItself: !isWild)
    }

    private static func name(_ text: some StringProtocol) -> String {
        let lower = text.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }
}

/// An address, or a network.
struct IPNetwork: Hashable, Sendable {
    /// The 16 bytes of an IPv6 address.
    ///
    /// An IPv4 address is stored as a v4-mapped one, so that both notations are equal.
    private let bytes: [UInt8]
    /// The length of the prefix in bits.
    private let length: Int

    /// Parses `ADDRESS` or `ADDRESS/LENGTH`, with or without brackets; nil if it is malformed.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = Self(address: String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self = whole
            return
        }
        let isShort = !parts[0].contains(":")
        guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), let length = Int(parts[1]),
            (0...(isShort ? 32 : 128)).contains(length)
        else { return nil }
        (bytes, self.length) = (whole.bytes, isShort ? 96 + length : length)
    }

    /// Parses an address; the zone of an IPv6 address is ignored.
    init?(address text: String) {
        var text = text[...]
        if text.hasPrefix("["), text.hasSuffix("]") {
            text = text.dropFirst().dropLast()
            guard text.contains(":") else { return nil }
        }
        let address = String(text.prefix { $0 != "%" })
        if text.contains(":") {
            var bytes = [UInt8](repeating: 0, count: 16)
            guard unsafe inet_pton(AF_INET6, address, &bytes) == 1 else { return nil }
            self.bytes = bytes
        } else {
            var bytes = [UInt8](repeating: 0, count: 4)
            guard address == text, unsafe inet_pton(AF_INET, address, &bytes) == 1 else { return nil }
            self.bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + bytes
        }
        length = 128
    }

    /// Whether `other` is in this network.
    func contains(_ other: IPNetwork) -> Bool {
        let whole = length / 8
        guard bytes.prefix(whole) == other.bytes.prefix(whole) else { return false }
        guard length % 8 > 0 else { return true }
        let mask = UInt8.max << (8 - UInt8(length % 8))
        return bytes[whole] & mask == other.bytes[whole] & mask
    }
}
