import Testing
import YAML

@Suite struct YAMLTests {
    private func parse(_ text: String, _ limits: YAMLNode.Limits = .init()) throws -> YAMLNode? {
        try YAMLNode.document(Array(text.utf8), limits: limits)
    }

    private func error(_ text: String, _ limits: YAMLNode.Limits = .init()) -> YAMLError? {
        #expect(throws: YAMLError.self, "\(text)") { try parse(text, limits) }
    }

    @Test func `nodes know where they stand`() throws {
        let root = try #require(try parse("# comment\na:\n  - x\n  - \"ü\": 'y'\n"))
        guard case .mapping(let entries) = root.content, case .sequence(let items) = entries[0].value.content else {
            Issue.record("\(root)")
            return
        }
        #expect(entries[0].position == .init(line: 2, column: 1))
        #expect(items[0] == YAMLNode(.scalar(.init("x", isPlain: true)), at: .init(line: 3, column: 5)))
        guard case .mapping(let inner) = items[1].content else {
            Issue.record("\(items[1])")
            return
        }
        #expect(inner[0].key == "ü")
        #expect(inner[0].value == YAMLNode(.scalar(.init("y", isPlain: false)), at: .init(line: 4, column: 10)))
    }

    @Test(arguments: ["", "# nothing\n", "\n\n"])
    func `nothing is no document`(text: String) throws {
        #expect(try parse(text) == nil)
    }

    @Test(arguments: [
        ("a: b: c", 1), ("a:\n\tb: c", 2), ("[1, 2", 2), ("a: \"b", 1), ("a: b\n---\nc: d", 2), ("? [a]\n: b", 1),
        ("a: *b", 1), ("a: &x [*x]", 1), ("a: 'b'\n c: d", 2),
    ])
    func `what is no YAML is refused with its line`(text: String, line: Int) {
        #expect(error(text)?.position?.line == line)
    }

    @Test func `an error shows nothing of the text`() {
        for text in ["s3cret: s3cret: s3cret", "\"s3cret", "k: *s3cret", "- s3cret\ns3cret", "\u{1}s3cret"] {
            #expect(error(text)?.description.contains("s3cret") == false)
        }
    }

    @Test func `bytes that are no text are refused`() {
        #expect(throws: YAMLError.self) { try YAMLNode.document([0x61, 0xFF, 0xFE, 0x0A]) }
    }

    @Test func `an alias is a copy of what it names`() throws {
        let root = try #require(try parse("a: &x {k: v}\nb: *x\n"))
        guard case .mapping(let entries) = root.content else {
            Issue.record("\(root)")
            return
        }
        #expect(entries[0].value.content == entries[1].value.content)
        #expect(entries[1].value.position.line == 2)
    }

    @Test func `aliases that multiply each other end at the limit of nodes`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...40 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(error(text)?.reason.contains("more than 20000 nodes") == true)
    }

    @Test func `aliases that reach ever deeper end at the limit of depth`() {
        var text = "a0: &a0 x\n"
        for level in 1...40 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(error(text)?.reason.contains("deeper than 32") == true)
    }

    @Test func `nesting ends at the limit of depth`() {
        #expect(error(String(repeating: "[", count: 100_000))?.reason.contains("deeper than 32") == true)
        #expect(error(String(repeating: "- ", count: 40) + "x")?.reason.contains("deeper than 32") == true)
    }

    @Test func `a text that is too large is not read`() {
        var limits = YAMLNode.Limits()
        limits.bytes = 10
        #expect(error("a: 12345678", limits)?.reason == "it is larger than 10 bytes")
    }

    @Test(arguments: [false, true])
    func `what is written reads back`(isOnOneLine: Bool) throws {
        let texts = [
            "x", "a: b", "- a", "#", "é\u{1}", "", " ", "two\nlines\n", "'", "\"", "{", "*a", "%", "@", "!x", "~",
        ]
        let items = texts.map { YAMLNode(.scalar(.init($0, isPlain: false))) }
        let entries = texts.enumerated().map { index, text in
            YAMLNode.Entry(
                key: "k\(index)",
                position: .init(line: 0, column: 0),
                value: YAMLNode(.sequence([items[index]]))
            )
        }
        let text = try YAMLNode(.mapping(entries)).text(isOnOneLine: isOnOneLine)
        #expect(!isOnOneLine || text.split(separator: "\n").count == 1)
        let root = try #require(try parse(text))
        guard case .mapping(let read) = root.content else {
            Issue.record("\(text)")
            return
        }
        for (entry, text) in zip(read, texts) {
            guard case .sequence(let items) = entry.value.content, case .scalar(let scalar)? = items.first?.content
            else {
                Issue.record("\(entry)")
                continue
            }
            #expect(scalar.text == text)
        }
    }

    @Test(arguments: ["/nonexistent.yaml", "/", "/dev/zero"])
    func `what is no readable file is refused`(path: String) {
        #expect(throws: YAMLError.self) { try YAMLNode.contents(ofFile: path) }
    }
}
