import Configuration
import Testing

@Suite struct SectionTests {
    /// The problems of `text` when `body` reads it.
    private func problems(_ text: String, _ body: (inout Section) -> Void) -> [String] {
        do throws(Problems) {
            let environment = ["NUMBER": "1234", "EMPTY": ""]
            try ConfigurationDocument(Array(text.utf8), file: "f", environment: environment).read(body)
            return []
        } catch {
            return error.list.map(\.description)
        }
    }

    @Test func `a key that nobody asked for is named with its place and those that there are`() throws {
        let text = "a: 1\nb:\n  d: 2\n  cc: 3\n"
        let problems = problems(text) { root in
            _ = root.integer("a", in: 0...9)
            root.section("b") { _ = $0.integer("c", in: 0...9) }
        }
        #expect(
            problems == [
                "f:3:3: b.d: the key is unknown; known here: c", "f:4:3: b.cc: the key is unknown; known here: c",
            ]
        )
    }

    @Test func `all problems are told at once, in the order of the lines`() throws {
        let problems = problems("a: x\nb: ${1}\nc: [1]\na: 1\n") { root in
            _ = root.bool("c")
            _ = root.integer("a", in: 0...9)
            _ = root.string("b", isRequired: true)
        }
        #expect(problems.map { $0.prefix(5) } == ["f:1:4", "f:2:4", "f:3:4", "f:4:1"])
    }

    @Test(arguments: ["a: true", "a: 1", "a: 1.5", "a: [x]", "a: {x: y}"])
    func `what is no text is none`(text: String) throws {
        let problems = problems(text) { _ = $0.string("a") }
        #expect(problems.map { $0.prefix(7) } == ["f:1:4: "])
    }

    @Test(arguments: ["a: '1'", "a: \"true\"", "a: ${NUMBER}", "a: x", "a: no", "a: !!str 1", "a:", "a: ~", "b: 1"])
    func `what is quoted or comes from a variable is a text, and nothing is absent`(text: String) throws {
        let problems = problems(text) { root in
            _ = root.string("a")
            _ = root.ignore("b")
        }
        #expect(problems == [])
    }

    @Test(arguments: ["a: 10s", "a: -1", "a: 1.0", "a: '5'", "a: true", "a: [5]", "a: 2147483648", "a: 1e3"])
    func `milliseconds are a whole number in range`(text: String) throws {
        let problems = problems(text) { _ = $0.milliseconds("a") }
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("f:1:4: a: expected a whole number of milliseconds from 0") == true)
    }

    @Test(arguments: ["a: s3cret", "a: [s3cret]", "a: {s3cret: s3cret}", "s3cret", "[s3cret]", "a: !s3cret x"])
    func `no problem shows a value`(text: String) throws {
        let problems = problems(text) { root in
            _ = root.integer("a", in: 0...9)
            _ = root.bool("a")
            _ = root.choice("a", from: ["x": 1])
            root.sections("a") { _ in }
        }
        #expect(!problems.isEmpty)
        #expect(!problems.joined().contains("s3cret"))
    }

    @Test func `a key that might disturb a terminal is not shown`() throws {
        let problems = problems("\"\\e[31m\": 1") { _ in }
        #expect(problems == ["f:1:1: (a key): the key is unknown; known here: none"])
    }

    @Test func `one of several keys must be there`() throws {
        #expect(problems("x: {}") { root in root.section("x") { _ = $0.one(of: "a", "b") } }.count == 1)
        #expect(problems("x: {a: 1, b: 1}") { root in root.section("x") { _ = $0.one(of: "a", "b") } }.count == 1)
        #expect(problems("x: {a: }") { root in root.section("x") { _ = $0.one(of: "a", "b") } } == [])
    }

    @Test(arguments: ["", "# only a comment"])
    func `an empty file is refused`(text: String) throws {
        #expect(problems(text) { _ in } == ["f: there is nothing in it"])
    }

    @Test func `what is written reads back, whatever a text looks like`() throws {
        let texts = ["true", "1", "~", "", "${HOME}", "$$", "a: b", "no", "0x1", ".inf", "plain", "- x", "\u{1B}[31m"]
        for isOnOneLine in [false, true] {
            let value = ConfigurationValue.section(texts.enumerated().map { ("k\($0)", .string($1)) })
            let document = try ConfigurationDocument(
                Array(try value.yaml(isOnOneLine: isOnOneLine).utf8),
                file: "f",
                environment: ["HOME": "wrong"]
            )
            let read = try document.read { section in
                texts.indices.map { section.string("k\($0)") ?? "" }
            }
            #expect(read == texts)
        }
    }
}
