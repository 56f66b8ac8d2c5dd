import System

/// The paths of control groups, for people.
enum CgroupText {
    /// How many digits a container's identifier has, and how many container tools show of it.
    private static let (identifier, shown) = (64, 12)

    /// The path with the identifiers of containers as short as `docker ps` shows them, and the end of it where that is too
    /// long: what differs from one to the next stands there.
    static func text(_ path: String, to width: Int? = nil, _ style: OutputStyle) -> String {
        let text = style.showable(shortened(path.printable()))
        return width.map { style.clipStart(text, to: $0) } ?? text
    }

    private static func shortened(_ path: String) -> String {
        var (result, digits) = ("", "")
        func flush() {
            result += digits.count == identifier ? String(digits.prefix(shown)) : digits
            digits = ""
        }
        for character in path {
            if character.isHexDigit, character.isASCII {
                digits.append(character)
            } else {
                flush()
                result.append(character)
            }
        }
        flush()
        return result
    }
}
