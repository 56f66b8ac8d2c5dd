import Rendering

/// Draws frames on a terminal, and of each only what has changed.
struct TopScreen {
    /// Around a frame: a terminal that knows them (mode 2026, synchronised output) shows it when it is whole.
    private static let (begin, end) = ("\u{1b}[?2026h", "\u{1b}[?2026l")

    private var shown: [StyledLine] = []
    private var size: TopFrame.Size?

    /// Forgets what is shown: others may have written on it.
    mutating func forget() {
        size = nil
    }

    /// What to write, at once, to have `lines` on a screen of `size`; nothing when they are there.
    mutating func text(of lines: [StyledLine], size: TopFrame.Size, _ style: OutputStyle) -> String {
        var text = ""
        if size != self.size {
            text += "\u{1b}[0m\u{1b}[2J"
            shown = []
        }
        for (row, line) in lines.enumerated() where row >= shown.count || shown[row] != line {
            text += "\u{1b}[\(row + 1);1H" + line.text(style)
            // A line that fills the window leaves the cursor on its last character, which this would erase.
            if line.width < size.columns { text += "\u{1b}[K" }
        }
        for row in lines.count..<max(lines.count, shown.count) {
            text += "\u{1b}[\(row + 1);1H\u{1b}[K"
        }
        (shown, self.size) = (lines, size)
        return text.isEmpty ? "" : Self.begin + text + Self.end
    }
}
