@testable import ApplicationResources

extension FuzzTarget {
    /// A line of `/proc/PID/maps`, with a name of the file that anybody may choose.
    static let processMaps = FuzzTarget("process-maps", sizeLimit: 1024) { bytes in
        for line in bytes.split(separator: UInt8(ascii: "\n")) where ContextMappings.address(line) != nil {
            let text = String(decoding: line, as: UTF8.self)
            try expect(text.contains("OTEL_CTX"), "\(text) is taken for a context")
        }
    }
}
