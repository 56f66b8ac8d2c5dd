import System

extension FuzzTarget {
    /// Compressed bodies: never more output than allowed, and what was read can be compressed again.
    static let gzip = FuzzTarget("gzip") { bytes in
        let limit = 1 << 16
        let output = try Gzip.decompress(bytes, limit: limit)
        try expect(output.count <= limit, "\(output.count) bytes are more than \(limit)")
        let again = try reading { try Gzip.decompress(try Gzip.compress(output), limit: limit) }
        try expect(again == output, "what is compressed is read as the same")
    }
}
