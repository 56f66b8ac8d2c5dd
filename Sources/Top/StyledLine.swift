import Rendering

/// A line of coloured text with a known width.
struct StyledLine: Equatable {
    private struct Span: Equatable {
        var text: String
        var colour: OutputStyle.Colour?
    }

    private var spans: [Span] = []
    /// The number of characters.
    private(set) var width = 0

    /// Creates an empty line.
    init() {}

    /// Creates a line with one text.
    init(_ text: String, _ colour: OutputStyle.Colour? = nil) {
        append(text, colour)
    }

    /// Adds text at the end.
    mutating func append(_ text: String, _ colour: OutputStyle.Colour? = nil) {
        guard !text.isEmpty else { return }
        if let last = spans.indices.last, spans[last].colour == colour {
            spans[last].text += text
        } else {
            spans.append(Span(text: text, colour: colour))
        }
        width += text.count
    }

    /// Adds another line at the end.
    mutating func append(_ line: StyledLine) {
        for span in line.spans {
            append(span.text, span.colour)
        }
    }

    /// The line with spaces at the end, to have at least this width.
    func padded(to width: Int) -> StyledLine {
        var line = self
        line.append(String(repeating: " ", count: max(0, width - self.width)))
        return line
    }

    /// The line cut to `room` characters, with a mark where it was cut.
    func clipped(to room: Int, _ style: OutputStyle) -> StyledLine {
        guard width > room else { return self }
        var line = StyledLine()
        for span in spans where line.width < room {
            // If a span fills the room exactly and more follows, its last character is replaced by the mark.
            let rest = room - line.width
            let text = span.text.count < rest ? span.text : style.clip(span.text + " ", to: rest)
            line.append(text, span.colour)
        }
        return line
    }

    /// The text, without spaces at its end.
    func text(_ style: OutputStyle) -> String {
        var spans = spans
        while let last = spans.last {
            let text = last.text.trimmingEnd()
            guard text.isEmpty else {
                spans[spans.count - 1].text = String(text)
                break
            }
            spans.removeLast()
        }
        return spans.map { span in span.colour.map { style.paint(span.text, $0) } ?? span.text }.joined()
    }
}
