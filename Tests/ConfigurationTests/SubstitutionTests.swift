import Testing

@testable import Configuration

/// The examples of the specification, `configuration/data-model.md`.
@Suite struct SubstitutionTests {
    private let environment = [
        "TEXT": "value", "TRUTH": "true", "WHOLE": "1", "POINT": "1.1", "HEX": "0xdeadbeef", "MAP": "value\nkey:value",
        "SECOND": "never this", "FIRST": "${SECOND}", "DOLLARS": "value$$", "EMPTY": "",
    ]

    private func substitute(_ text: String) throws -> String {
        var substitution = Substitution(environment: environment)
        return try substitution.apply(to: text).text
    }

    @Test(arguments: [
        ("${TEXT}", "value"), ("${env:TEXT}", "value"), ("foo ${TEXT} ${POINT}", "foo value 1.1"), ("${NONE}", ""),
        ("${NONE:-fallback}", "fallback"), ("${EMPTY:-fallback}", "fallback"), ("${TEXT:-fallback}", "value"),
        ("${NONE:-}", ""), ("${NONE:-a b:-c}", "a b:-c"), ("${FIRST}", "${SECOND}"), ("${NONE:-${TEXT}}", "${TEXT}"),
        ("$${TEXT}", "${TEXT}"), ("$$${TEXT}", "$value"), ("$$$${TEXT}", "$${TEXT}"),
        ("$${TEXT:-fallback}", "${TEXT:-fallback}"), ("$${TEXT:-${TEXT}}", "${TEXT:-value}"),
        ("${NONE:-$${NONE}}", "${NONE:-${NONE}}"), ("${DOLLARS}", "value$$"), ("a $$ b", "a $ b"), ("a $ b", "a $ b"),
        ("$TEXT", "$TEXT"), ("${TEXT", "${TEXT"), ("${TE\nXT}", "${TE\nXT}"), ("$", "$"), ("$$$", "$$"),
        ("${TEXT}${TEXT}", "valuevalue"), ("${NONE:-ü}", "ü"),
    ])
    func `references and escapes are replaced by the specification's rules (conformance 45, 46)`(
        text: String,
        expected: String
    ) throws {
        #expect(try substitute(text) == expected)
    }

    @Test(arguments: ["${TEXT:?error}", "${1TEXT}", "${TE$XT}", "${}", "${ TEXT}", "${TEXT }", "${TEXT:x}", "${env:}"])
    func `any other reference is an error (conformance 45, 46)`(text: String) {
        #expect(throws: Substitution.InvalidReference.self) { try substitute(text) }
    }

    @Test(arguments: ["a$b", "${TEXT}", "$$", "$${X}", "", "$"])
    func `what is escaped reads back as itself`(text: String) throws {
        #expect(try substitute(Substitution.escape(text)) == text)
    }

    @Test(arguments: [
        ("key: ${TEXT}", CoreSchema.Value.string("value")), ("key: ${TRUTH}", .bool(true)), ("key: ${WHOLE}", .int(1)),
        ("key: ${POINT}", .double(1.1)), ("key: ${HEX}", .int(3_735_928_559)), ("key: \"${TRUTH}\"", .string("true")),
        ("key: '${WHOLE}'", .string("1")), ("key: ${MAP}", .string("value\nkey:value")), ("key: ${NONE}", .null),
        ("key: !!str ${WHOLE}", .string("1")), ("key: !!int '1'", .int(1)),
    ])
    func `the meaning of a scalar is found after the substitution, and no structure comes of it (conformance 46)`(
        text: String,
        expected: CoreSchema.Value
    ) throws {
        let document = try ConfigurationDocument(Array(text.utf8), file: "f", environment: environment)
        let value = try document.read { section -> CoreSchema.Value? in
            guard let node = section.node("key", isPresence: true), case .scalar(let value) = node.content else {
                return nil
            }
            return value
        }
        #expect(value == expected)
        #expect(document.variables.count == (text.contains("$") ? 1 : 0))
    }

    @Test func `keys are not substituted (conformance 46)`() throws {
        let document = try ConfigurationDocument(Array("${TEXT}: 1".utf8), file: "f", environment: environment)
        #expect(try document.read { $0.integer("${TEXT}", in: 0...1) } == 1)
    }

    @Test(arguments: [
        ("", CoreSchema.Value.null), ("~", .null), ("null", .null), ("NULL", .null), ("nUll", .string("nUll")),
        ("true", .bool(true)), ("FALSE", .bool(false)), ("yes", .string("yes")), ("no", .string("no")),
        ("on", .string("on")), ("y", .string("y")), ("0", .int(0)), ("-12", .int(-12)), ("+3", .int(3)),
        ("007", .int(7)),
        ("0o17", .int(15)), ("0x1F", .int(31)), ("0b1", .string("0b1")), ("-0x1", .string("-0x1")),
        ("1_000", .string("1_000")), ("1.", .double(1)), (".5", .double(0.5)), ("-1e3", .double(-1000)),
        ("1e", .string("1e")), (".", .string(".")), ("+", .string("+")), ("1.2.3", .string("1.2.3")),
        (".inf", .double(.infinity)), ("-.INF", .double(-.infinity)), ("inf", .string("inf")), ("nan", .string("nan")),
        ("0x", .string("0x")), ("1:30", .string("1:30")), ("99999999999999999999", .double(1e20)),
        ("e5", .string("e5")), ("١", .string("١")),
    ])
    func `plain scalars are those of the core schema of YAML 1.2`(text: String, expected: CoreSchema.Value) {
        #expect(CoreSchema.value(of: text) == expected)
    }
}
