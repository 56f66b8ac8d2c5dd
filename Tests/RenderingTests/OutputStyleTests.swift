import Testing

@testable import Rendering

@Suite struct OutputStyleTests {
    @Test(
        arguments: [
            ([:], false), (["LANG": "C"], false), (["LANG": "C.UTF-8"], true), (["LANG": "de_DE.utf8@euro"], true),
            (["LANG": "de_DE.ISO-8859-1"], false), (["LANG": "en_US.UTF-8", "LC_ALL": "POSIX"], false),
            (["LANG": "C", "LC_CTYPE": "en_US.UTF-8"], true), (["LANG": "en_US.UTF-8", "LC_ALL": ""], true),
        ] as [([String: String], Bool)]
    )
    func `the locale says whether there is more than ASCII`(environment: [String: String], isUnicode: Bool) {
        #expect(OutputStyle.isUnicode(environment) == isUnicode)
    }

    @Test func `what is too long is cut and marked, by what the output can show`() {
        #expect(OutputStyle().clip("ESTABLISHED", to: 11) == "ESTABLISHED")
        #expect(OutputStyle().clip("ESTABLISHED", to: 6) == "ESTAB~")
        #expect(OutputStyle(isUnicode: true).clip("ESTABLISHED", to: 6) == "ESTAB…")
        #expect(OutputStyle().clip("ESTABLISHED", to: 0) == "")
    }

    @Test func `colours are painted where there are some`() {
        #expect(OutputStyle().paint("refused", .red) == "refused")
        #expect(OutputStyle(isColoured: true).paint("refused", .red) == "\u{1b}[31mrefused\u{1b}[0m")
    }

    @Test func `a table is as wide as its cells, and no wider than the line`() {
        var table = TextTable(columns: [.text("STATE"), .number("TOTAL"), .text("NOTE")])
        table.rows = [["ESTABLISHED", "7", ""], ["LISTEN", "12345", "full"]]
        #expect(
            table.text() == """
                STATE        TOTAL  NOTE
                ESTABLISHED      7
                LISTEN       12345  full

                """
        )
        #expect(table.text(OutputStyle(columns: 20)).split(separator: "\n").map(\.count) == [20, 18, 20])
    }
}
