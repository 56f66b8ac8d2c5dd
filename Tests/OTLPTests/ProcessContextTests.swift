import OTLP
import Testing

/// What processes say of themselves; they may be hostile.
@Suite struct ProcessContextTests {
    private func attribute(_ key: String, _ value: [UInt8]) -> [UInt8] {
        Field.bytes(1, Field.text(1, key) + Field.bytes(2, value))
    }

    @Test func `texts of the resource are read, and everything else is counted`() throws {
        let resource =
            attribute("a", Field.text(1, "x")) + attribute("b", Field.int(3, 7)) + attribute("c", [])
            + attribute("d", Field.bytes(5, Field.bytes(1, Field.text(1, "y"))))
            + attribute("e", Field.bytes(1, [0xff])) + attribute("f", Field.bytes(7, [1])) + Field.bytes(1, [])
            + attribute("a", Field.text(1, "z")) + Field.int(2, 5)
        let others = Field.bytes(2, Field.text(1, "thread") + Field.bytes(2, Field.text(1, "no"))) + Field.int(99, 1)
        let bytes = Field.bytes(1, resource) + others
        let message = try ProcessContextMessage.decode(bytes)
        #expect(message.attributes == [.init(key: "a", value: "x"), .init(key: "a", value: "z")])
        #expect(message.leftOut == 6)
        #expect(try ProcessContextMessage.decode([]) == ProcessContextMessage(attributes: []))
    }

    @Test func `what is no message, too deep or too large in memory is refused`() {
        let name = "opentelemetry.proto.processcontext.v1development.ProcessContext"
        #expect(throws: OTLPError.malformed(message: name)) { try ProcessContextMessage.decode([10, 255]) }
        #expect(throws: OTLPError.malformed(message: name)) {
            try ProcessContextMessage.decode([UInt8](repeating: 0xff, count: 65_536))
        }
        var nested: [UInt8] = []
        for _ in 0..<200 {
            nested = Field.bytes(5, Field.bytes(1, nested))
        }
        #expect(throws: OTLPError.nestedTooDeeply(message: name)) {
            try ProcessContextMessage.decode(Field.bytes(1, attribute("a", nested)))
        }
        #expect(throws: OTLPError.tooLarge(message: name)) {
            let empty = Array(repeating: Field.bytes(1, []), count: 32_768).flatMap(\.self)
            _ = try ProcessContextMessage.decode(Field.bytes(1, empty))
        }
    }
}
