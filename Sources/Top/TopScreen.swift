import Rendering

/// Draws frames on a terminal.
///
/// Only the changed lines of a frame are written.
struct TopScreen {
    /// Enclose a frame.
    ///
    /// A terminal that supports them (mode 2026, synchronised output) shows only complete frames.
    private static let (begin, end) = ("\u{1b}[?2026h", "\u{1b}[?2026l")

    private var shown: [StyledLine] = []
    private var size: TopFrame.Size?

    /// Forgets what is shown, because others may have written to the terminal.
    mutating func forget() {
        size = nil
    }

    /// What to write at once to show `lines` on a screen of `size`; empty if they are already shown.
    mutating func text(of lines: [StyledLine], size: TopFrame.Size, _ style: OutputStyle) -> String {
        var text = ""
        if size != self.size {
            text += "\u{1b}[0m\u{1b}[2J"
            shown = []
        }
        for (row, line) in lines.enumerated() where row >= shown.count || shown[row] != line {
            text += "\u{1b}[\(row + 1);1H" + line.text(style)
            // After a line that fills the window, the cursor is on its last character, which this would erase.
            if line.width < size.columns { text += "\u{1b}[K" }
        }
        for row in lines.count..<max(lines.count, shown.count) {
            text += "\u{1b}[\(row + 1);1H\u{1b}[K"
        }
        (shown, self.size) = (lines, size)
        return text.isEmpty ? "" : Self.begin + text + Self.end
    }
}
