import System

/// What the place that text is printed to can show, and what the user wants of it.
struct OutputStyle: Equatable {
    /// A colour or weight of text, by its number in the escape sequence SGR (ECMA-48, 8.3.117).
    enum Colour: Int {
        case bold = 1
        case dim = 2
        case red = 31
        case green = 32
        case yellow = 33
        case cyan = 36
    }

    /// The characters of a line; `nil` where lines have no end, as in a file.
    var columns: Int?
    /// Whether to colour.
    var isColoured = false
    /// Whether characters beyond ASCII arrive as what they are.
    var isUnicode = false

    /// The text in a colour, where there are colours.
    func paint(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// As much of the text as a line has room for, with a mark where it was cut; without colours in it.
    func clip(_ text: String, to width: Int) -> String {
        guard text.count > width else { return text }
        return text.prefix(max(0, width - 1)) + (width > 0 ? ellipsis : "")
    }

    /// As much of the end of the text as there is room for, with a mark where it was cut: what tells paths apart.
    func clipStart(_ text: String, to width: Int) -> String {
        guard text.count > width else { return text }
        return (width > 0 ? ellipsis : "") + text.suffix(max(0, width - 1))
    }

    /// The text with a question mark for each character that would not arrive as what it is.
    func showable(_ text: String) -> String {
        isUnicode || text.utf8.allSatisfy { $0 < 0x80 } ? text : String(text.map { $0.isASCII ? $0 : "?" })
    }

    private var ellipsis: String { isUnicode ? "…" : "~" }
}

extension OutputStyle {
    /// The style of a stream: colours are for terminals that have them and people who want them (`NO_COLOR`, `TERM`).
    init(_ stream: StandardStream, environment: [String: String]) {
        self.init(
            columns: stream.columns,
            isColoured: stream.isTerminal && environment["NO_COLOR", default: ""].isEmpty
                && environment["TERM"] != "dumb",
            isUnicode: Self.isUnicode(environment)
        )
    }

    /// Whether the locale's encoding is UTF-8, by the order of its variables (POSIX, "Environment Variables", 8.2).
    static func isUnicode(_ environment: [String: String]) -> Bool {
        let variables = ["LC_ALL", "LC_CTYPE", "LANG"].map { environment[$0, default: ""] }
        let locale = variables.first { !$0.isEmpty } ?? "C"
        let encoding = locale.split(separator: "@").first?.split(separator: ".").dropFirst().first ?? ""
        return ["utf-8", "utf8"].contains(encoding.lowercased())
    }
}
