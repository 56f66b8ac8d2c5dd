import Rendering
import Testing

@testable import Top

/// The parts of the screen of `tcplens top`.
@Suite struct TopTextTests {
    private func chart(_ values: [Double], base: Sparkline.Base = .zero, width: Int = 120) -> String {
        let text = Sparkline(values: values, sampleCount: values.count, base: base).text(width: width, isUnicode: true)
        return String(text.drop { $0 == " " })
    }

    @Test func `a chart of rates begins at zero, and what is above it is seen`() {
        #expect(chart([0, 1, 50, 100]) == "▁▂▅█")
        #expect(chart([0, 0]) == "▁▁")
        #expect(chart([]) == "")
    }

    @Test func `a chart of stocks shows what has changed`() {
        #expect(chart([200, 200], base: .smallest) == "▁▁")
        #expect(chart([200, 201], base: .smallest) == "▁▂")
        #expect(chart([50, 125, 200], base: .smallest) == "▁▅█")
    }

    @Test func `a chart of few characters has the greatest of their samples, and they stay together as time goes on`() {
        let values = (0..<120).map { $0 == 17 ? 9.0 : 0 }
        for passed in 0..<8 {
            let line = Sparkline(values: Array(values.dropFirst(passed)), sampleCount: 120 + passed)
            let text = line.text(width: 15, isUnicode: true)
            #expect(text.filter { $0 == "█" }.count == 1, "\(text)")
        }
        let line = Sparkline(values: [9] + Array(repeating: 0, count: 8), sampleCount: 9)
        #expect(line.text(width: 15, isUnicode: false) == "             #.")
    }

    @Test func `the width of a chart divides its samples`() {
        #expect([0, 1, 7, 11, 15, 17, 21, 39, 500].map(Sparkline.width) == [0, 1, 6, 10, 15, 15, 20, 30, 120])
    }

    @Test func `histories have as many samples of each, zeros before it came and after it went`() {
        var histories = Histories<String>()
        histories.append(["a": 1])
        histories.append(["b": 2])
        #expect(histories["a"] == [1, 0])
        #expect(histories["b"] == [0, 2])
        #expect(histories["c"] == [0, 0])
        for _ in 0..<200 { histories.append([:]) }
        #expect(histories["a"] == Array(repeating: 0, count: 120))
        histories.append(Dictionary(uniqueKeysWithValues: (0..<1_000).map { ("\($0)", Double($0)) }))
        #expect(histories["999"].last == 999)
        #expect(histories["1"].last == 0)
    }

    @Test(
        arguments: [
            (0, "0"), (0.04, "<0.1"), (0.3, "0.3"), (12, "12.0"), (99.96, "100"), (218.4, "218"), (9_999, "9999"),
            (12_345, "12.3k"), (999_600, "1.0M"), (4.2e9, "4.2G"),
        ] as [(Double, String)]
    )
    func `a rate takes five characters`(rate: Double, text: String) {
        #expect(CountText.rate(rate) == text)
    }

    @Test func `counts and shares are exact as long as there is room`() {
        #expect([0, 99_999, 123_456, .max].map(CountText.count) == ["0", "99999", "123k", "18.4E"])
        #expect([0, 0.000_1, 0.003, 0.12, 1].map(CountText.percent) == ["0%", "<0.1%", "0.3%", "12%", "100%"])
    }

    @Test(
        arguments: [
            (.milliseconds(500), "500ms"), (.seconds(1), "1s"), (.milliseconds(6_017), "6s"),
            (.milliseconds(2_500), "2.5s"), (.seconds(90), "90s"), (.seconds(120), "2m"), (.seconds(36_000), "10h"),
        ] as [(Duration, String)]
    )
    func `an interval is rounded`(duration: Duration, text: String) {
        #expect(IntervalText.text(duration) == text)
    }

    @Test func `a line knows its width, and is cut with its colours`() {
        var line = StyledLine("12", .red)
        line.append("345  ")
        #expect(line.width == 7)
        let style = OutputStyle(isColoured: true, isUnicode: true)
        #expect(line.text(style) == "\u{1b}[31m12\u{1b}[0m345")
        #expect(line.clipped(to: 4, style).text(style) == "\u{1b}[31m12\u{1b}[0m3…")
        #expect(line.clipped(to: 2, style).text(style) == "\u{1b}[31m1…\u{1b}[0m")
        #expect(line.clipped(to: 0, style).width == 0)
        #expect(line.padded(to: 9).width == 9)
    }

    @Test func `only lines that changed are drawn, all of them in a window of another size`() {
        var screen = TopScreen()
        let size = TopFrame.Size(columns: 5, rows: 2)
        func drawn(_ lines: String...) -> String {
            let text = screen.text(of: lines.map { StyledLine($0) }, size: size, OutputStyle())
            guard text.hasPrefix("\u{1b}[?2026h"), text.hasSuffix("\u{1b}[?2026l") else { return text }
            return String(text.dropFirst(8).dropLast(8))
        }
        // A line as wide as the window is not erased after its end, because the cursor would be on its last character.
        #expect(drawn("a", "12345") == "\u{1b}[0m\u{1b}[2J\u{1b}[1;1Ha\u{1b}[K\u{1b}[2;1H12345")
        #expect(drawn("a", "12345") == "")
        #expect(drawn("b", "12345") == "\u{1b}[1;1Hb\u{1b}[K")
        #expect(drawn("b") == "\u{1b}[2;1H\u{1b}[K")
        screen.forget()
        #expect(drawn("b") == "\u{1b}[0m\u{1b}[2J\u{1b}[1;1Hb\u{1b}[K")
    }

    @Test func `keys mean what the last line says, and arrows nothing`() {
        func actions(_ text: String) -> [TopKeys.Action] {
            var keys = TopKeys()
            return text.utf8.compactMap { keys.action(of: $0) }
        }
        #expect(actions("qQspc") == [.quit, .quit, .group(.state), .group(.port), .group(.container)])
        #expect(actions(" h?\u{0c}\u{03}") == [.pause, .help, .help, .redraw, .quit])
        #expect(actions("x\u{01}") == [.unknown("x"), .unknown("like that")])
        // Arrows, F1, Delete, and a single Escape before a key.
        #expect(actions("\u{1b}[A\u{1b}OP\u{1b}[3~\u{1b}[1;5C") == [])
        #expect(actions("\u{1b}q\u{1b}\u{1b}p") == [.quit, .group(.port)])
    }

    @Test func `lines are divided: first what each can't do without, then what each wants`() {
        #expect(TopFrame.divide(nil, among: [11, 9, 3, 4], atLeast: [4, 3, 3, 2]) == [11, 9, 3, 4])
        #expect(TopFrame.divide(7, among: [11, 9, 3, 4], atLeast: [4, 3, 3, 2]) == [4, 3, 0, 0])
        #expect(TopFrame.divide(15, among: [11, 9, 3, 4], atLeast: [4, 3, 3, 2]) == [7, 3, 3, 2])
        #expect(TopFrame.divide(3, among: [11, 9, 3, 4], atLeast: [4, 3, 3, 2]) == [0, 3, 0, 0])
    }
}
