@testable import OTLP

extension FuzzTarget {
    /// OTLP as JSON: what was read is written as JSON that is read as the same.
    static let otlpJSON = FuzzTarget("otlp-json") { bytes in
        let wire = try ExportRequest.fromJSON(bytes)
        try expect(wire.count <= 16 * bytes.count + 64, "\(bytes.count) bytes become \(wire.count)")
        _ = try? ExportRequest.decode(wire)
        try checkJSON(of: wire)
    }
}
