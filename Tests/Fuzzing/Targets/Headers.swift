@testable import OTLPExport

extension FuzzTarget {
    /// A list of headers: none can break out of its line, or replace one of ours.
    static let headers = FuzzTarget("headers", sizeLimit: 1024) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let headers = OTLPHeader.list(text) { _, _ in }
        for header in headers {
            try expect(OTLPHeader.problem(withName: header.name) == nil, "\(header.name) is no name")
            try expect(OTLPHeader.problem(withValue: header.value) == nil, "\(header.value) is no value")
            let bytes = Array(header.name.utf8) + Array(header.value.utf8)
            try expect(bytes.allSatisfy { $0 == 9 || $0 >= 32 && $0 != 127 }, "\(bytes) breaks out of its line")
        }
        try expect(Set(headers.map { $0.name.lowercased() }).count == headers.count, "each name occurs once")
    }
}
