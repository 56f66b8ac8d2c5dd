package import Rendering

/// Checks as text: one line each, and below it what to do.
package struct DoctorText {
    /// What the terminal can show.
    package var style: OutputStyle

    /// Creates text in a style.
    package init(style: OutputStyle) {
        self.style = style
    }

    /// The lines of `check`.
    package func text(_ check: Check) -> String {
        let (mark, colour) = mark(check.status)
        let hang = String(repeating: " ", count: mark.count + 1)
        var lines = wrap("\(check.name): \(check.found)", after: mark + " ", hang: hang)
        // Colours are added after wrapping, because they have no width.
        lines[0] = style.paint(mark, colour) + lines[0].dropFirst(mark.count)
        if let remedy = check.remedy {
            lines += wrap(remedy.text, after: hang, hang: hang)
            // Not wrapped, so that it can be copied.
            lines += remedy.command.map { ["\(hang)  \(style.paint($0, .bold))"] } ?? []
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The last line.
    package func summary(of checks: [Check]) -> String {
        let failed = checks.count { $0.status == .failed }
        let warnings = checks.count { $0.status == .warning }
        let rest = warnings == 0 ? "" : warnings == 1 ? ", with one warning" : ", with \(warnings) warnings"
        guard failed > 0 else {
            return "\nWith these options 'tcplens run' would work\(rest).\n"
        }
        let count = failed == 1 ? "one check" : "\(failed) checks"
        return "\nWith these options 'tcplens run' would not work: \(count) failed\(rest).\n"
    }

    private func mark(_ status: Check.Status) -> (text: String, colour: OutputStyle.Colour) {
        switch status {
        case .ok: (style.isUnicode ? "✓" : "ok", .green)
        case .warning: (style.isUnicode ? "!" : "!!", .yellow)
        case .failed: (style.isUnicode ? "✗" : "XX", .red)
        }
    }

    /// Wraps `text` between words at the width of the window.
    ///
    /// The first line begins with `start`, the others with `hang`.
    private func wrap(_ text: String, after start: String, hang: String) -> [String] {
        guard let columns = style.columns else { return [start + text] }
        var lines = [start]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            let isFirst = last == start || last == hang
            if isFirst || last.count + 1 + word.count <= columns {
                lines[lines.count - 1] += (isFirst ? "" : " ") + word
            } else {
                lines.append(hang + word)
            }
        }
        return lines
    }
}
