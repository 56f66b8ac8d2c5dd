@testable import OTLPExport

extension FuzzTarget {
    /// A file in the spool: what is taken was written like that, and the header says the same as the whole.
    static let spoolSegment = FuzzTarget("spool-segment") { bytes in
        let header = SpoolSegment.header(Array(bytes.prefix(SpoolSegment.headerSize)), fileSize: bytes.count)
        let request = try SpoolSegment.decode(bytes)
        try expect(SpoolSegment.encode(request) == bytes, "a request is written as it was read")
        let found = try header.get()
        try expect(found.pointCount == request.pointCount && found.bodySize == request.body.count, "\(found)")
        // A request that is split is decoded, whatever its body is.
        _ = request.halves()
    }
}
