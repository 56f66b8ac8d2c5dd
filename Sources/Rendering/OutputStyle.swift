package import System

/// The abilities of the output, and the user's preferences.
package struct OutputStyle: Equatable {
    /// A colour or weight of text; the raw value is its number in the escape sequence SGR (ECMA-48, 8.3.117).
    package enum Colour: Int {
        case bold = 1
        case dim = 2
        case red = 31
        case green = 32
        case yellow = 33
        case cyan = 36
    }

    /// The width of a line in characters; `nil` if there is no limit, as in a file.
    package var columns: Int?
    /// Whether to use colours.
    package var isColoured = false
    /// Whether characters beyond ASCII can be shown.
    package var isUnicode = false

    /// Creates a style.
    package init(columns: Int? = nil, isColoured: Bool = false, isUnicode: Bool = false) {
        (self.columns, self.isColoured, self.isUnicode) = (columns, isColoured, isUnicode)
    }

    /// The text in a colour, if there are colours.
    package func paint(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// The beginning of the text that fits into a line, with a mark if it was cut; the text must not contain colours.
    package func clip(_ text: String, to width: Int) -> String {
        guard text.count > width else { return text }
        return text.prefix(max(0, width - 1)) + (width > 0 ? ellipsis : "")
    }

    /// The end of the text that fits, with a mark if it was cut: paths differ at their ends.
    package func clipStart(_ text: String, to width: Int) -> String {
        guard text.count > width else { return text }
        return (width > 0 ? ellipsis : "") + text.suffix(max(0, width - 1))
    }

    /// The text with a question mark for each character that can't be shown.
    package func showable(_ text: String) -> String {
        isUnicode || text.utf8.allSatisfy { $0 < 0x80 } ? text : String(text.map { $0.isASCII ? $0 : "?" })
    }

    private var ellipsis: String { isUnicode ? "…" : "~" }
}

extension OutputStyle {
    /// The style of a stream: with colours if it is a terminal that supports them and the user wants them (`NO_COLOR`,
    /// `TERM`).
    package init(_ stream: StandardStream, environment: [String: String]) {
        self.init(
            columns: stream.columns,
            isColoured: stream.isTerminal && environment["NO_COLOR", default: ""].isEmpty
                && environment["TERM"] != "dumb",
            isUnicode: Self.isUnicode(environment)
        )
    }

    /// Whether the encoding of the locale is UTF-8 (POSIX, "Environment Variables", 8.2).
    package static func isUnicode(_ environment: [String: String]) -> Bool {
        let variables = ["LC_ALL", "LC_CTYPE", "LANG"].map { environment[$0, default: ""] }
        let locale = variables.first { !$0.isEmpty } ?? "C"
        let encoding = locale.split(separator: "@").first?.split(separator: ".").dropFirst().first ?? ""
        return ["utf-8", "utf8"].contains(encoding.lowercased())
    }
}
