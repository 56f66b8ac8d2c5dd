import Foundation
import Probes
import Rendering
import System
import Testing

@testable import Top

/// The screen of `tcplens top`, compared with the frames in `Frames`.
@Suite struct TopFrameTests {
    private static let unicode = OutputStyle(isUnicode: true)

    private var place: TopFrame.Place {
        var noon = LocalTime(secondsSinceEpoch: 0)
        (noon.hour, noon.minute, noon.second) = (2, 7, 41)
        return TopFrame.Place(host: "web-1", kernel: "6.12.9", interval: .seconds(1)) { [noon] _ in noon }
    }

    private func lines(
        _ model: TopModel,
        _ columns: Int,
        _ rows: Int?,
        _ view: TopFrame.View = .init(),
        style: OutputStyle = unicode
    ) -> [StyledLine] {
        TopFrame(model, at: place, view, size: .init(columns: columns, rows: rows), style: style).lines
    }

    /// Compares lines with a file, or writes the file if `TCPLENS_WRITE_FRAMES` is set.
    private func expect(_ lines: [StyledLine], _ name: String, _ style: OutputStyle = unicode) throws {
        let text = lines.map { $0.text(style) + "\n" }.joined()
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Frames/\(name).txt")
        if ProcessInfo.processInfo.environment["TCPLENS_WRITE_FRAMES"] != nil {
            try Data(text.utf8).write(to: file)
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(text == expected, "\(name) is now\n\(text)")
    }

    @Test(
        arguments: [
            ("state-80x24", 80, 24, TopGrouping.state), ("port-80x24", 80, 24, .port),
            ("container-80x24", 80, 24, .container), ("container-120x40", 120, 40, .container),
            ("state-40x10", 40, 10, .state), ("port-60x30", 60, 30, .port), ("state-in-a-file", 80, nil, .state),
        ] as [(String, Int, Int?, TopGrouping)]
    )
    func `a busy machine`(name: String, columns: Int, rows: Int?, grouping: TopGrouping) throws {
        try expect(lines(TopSamples.busy(), columns, rows, .init(grouping: grouping)), name)
    }

    @Test func `beyond the own namespace the scope is in the heading, and listeners have their container`() throws {
        var place = place
        place.scope = .node
        func frame(_ columns: Int) -> [StyledLine] {
            let size = TopFrame.Size(columns: columns, rows: 24)
            let model = TopSamples.busy(scope: .node)
            return TopFrame(model, at: place, .init(grouping: .container), size: size, style: Self.unicode).lines
        }
        try expect(frame(80), "node-80x24")
        for columns in [40, 60, 120] {
            #expect(frame(columns)[0].text(Self.unicode).contains("scope node"), "\(columns)")
        }
    }

    @Test func `a quiet machine`() throws {
        try expect(lines(TopSamples.quiet, 80, 24), "quiet-80x24")
    }

    @Test func `before there is a second reading nothing is claimed`() throws {
        try expect(lines(TopSamples.busy(after: 1), 80, 24), "first-80x24")
    }

    @Test func `the keys are explained, and what this kernel can't give`() throws {
        var place = place
        place.limitations = ["no tracepoint tcp_send_reset on this kernel: no resets"]
        let size = TopFrame.Size(columns: 80, rows: 24)
        let view = TopFrame.View(showsHelp: true)
        let frame = TopFrame(TopSamples.quiet, at: place, view, size: size, style: Self.unicode)
        try expect(frame.lines, "help-80x24")
    }

    @Test func `without UTF-8 there is nothing but ASCII`() throws {
        let lines = lines(TopSamples.busy(), 80, 24, style: .init())
        try expect(lines, "ascii-80x24", .init())
        #expect(lines.allSatisfy { $0.text(.init()).utf8.allSatisfy { (0x20..<0x7f).contains($0) } })
    }

    @Test func `colours do not change what is read`() throws {
        let coloured = OutputStyle(isColoured: true, isUnicode: true)
        let lines = lines(TopSamples.busy(), 80, 24, style: coloured)
        try expect(lines, "coloured-80x24", coloured)
        let bare = lines.map { $0.text(coloured).replacing(/\u{1b}\[\d+m/, with: "") }
        #expect(bare == self.lines(TopSamples.busy(), 80, 24).map { $0.text(Self.unicode) })
    }

    @Test(arguments: [TopGrouping.state, .port, .container])
    func `no line is wider than the window, and there are as many as it has`(grouping: TopGrouping) {
        for model in [TopSamples.busy(), TopSamples.quiet, TopModel()] {
            for columns in [1, 7, 20, 39, 59, 60, 75, 76, 80, 109, 110, 200] {
                for rows in [1, 2, 3, 5, 8, 12, 15, 16, 24, 60] {
                    for showsHelp in [false, true] {
                        let view = TopFrame.View(grouping: grouping, showsHelp: showsHelp)
                        let lines = lines(model, columns, rows, view)
                        #expect(lines.count == rows, "\(columns)x\(rows)")
                        #expect(lines.allSatisfy { $0.width <= columns }, "\(columns)x\(rows)")
                    }
                }
            }
        }
    }

    @Test func `a frame is not wider than names from outside may be`() {
        var place = place
        place.host = "\u{1b}[2Jn\u{e4}me\n\u{4e2d}"
        let frame = TopFrame(TopSamples.quiet, at: place, size: .init(columns: 80, rows: 24), style: Self.unicode)
        #expect(frame.lines[0].text(Self.unicode).hasPrefix("tcplens top  ?[2Jn?me??  Linux 6.12.9  02:07:41"))
    }

    @Test func `the last line says what a key did, and what can't be done`() {
        func last(_ view: TopFrame.View) -> String {
            lines(TopSamples.quiet, 80, 24, view).last?.text(Self.unicode) ?? ""
        }
        #expect(last(.init(notice: "no key x")) == "no key x")
        #expect(last(.init(hasKeys: false)).hasPrefix("Ctrl-C quits"))
        #expect(last(.init(isPaused: true)).contains("space go on"))
        let paused = lines(TopSamples.quiet, 80, 24, .init(isPaused: true))
        #expect(paused[0].text(Self.unicode).hasSuffix("PAUSED"))
    }
}
