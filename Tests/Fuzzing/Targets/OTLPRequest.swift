import Metrics

@testable import OTLP

extension FuzzTarget {
    /// OTLP in its binary format: what was decoded can be encoded, and is then read as the same.
    static let otlpRequest = FuzzTarget("otlp-request") { bytes in
        _ = try ExportRequest.leftOut(bytes)
        try checkJSON(of: bytes)
        let encoded = ExportRequest.encode(try ExportRequest.decode(bytes))
        let again = ExportRequest.encode(try reading { try ExportRequest.decode(encoded) })
        try expect(again == encoded, "what was decoded is encoded and decoded as the same")
        try expect(encoded.count <= 64 * bytes.count + 64, "\(bytes.count) bytes become \(encoded.count)")
    }

    /// The JSON of binary OTLP is read as the same message.
    static func checkJSON(of bytes: [UInt8]) throws {
        let text = try ExportRequest.json(bytes)
        let wire = try reading { try ExportRequest.fromJSON(text) }
        let again = try reading { try ExportRequest.json(wire) }
        let words = [text, again].map { String(decoding: $0, as: UTF8.self) }
        try expect(again == text, "\(words[0]) becomes \(words[1])")
    }

    /// Reads something that we have written ourselves, which must not fail.
    static func reading<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw Violation(description: "our own output is refused: \(error)")
        }
    }
}
