import System

/// The paths of cgroups, for people.
package enum CgroupText {
    /// The number of digits of a container's id, and the number that container tools show.
    private static let (identifier, shown) = (64, 12)

    /// The path with container ids as short as `docker ps` shows them.
    ///
    /// A path that is too long is cut at the start, because paths differ at their ends.
    package static func text(_ path: String, to width: Int? = nil, _ style: OutputStyle) -> String {
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
