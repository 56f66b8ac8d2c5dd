import Metrics
import System

@testable import Resource

extension FuzzTarget {
    /// `OTEL_RESOURCE_ATTRIBUTES`: what was read, written in the same format, is read as the same.
    static let resourceAttributes = FuzzTarget("resource-attributes", sizeLimit: 1024) { bytes in
        guard let attributes = ResourceAttributes.parse(String(decoding: bytes, as: UTF8.self)) else { return }
        let text = attributes.map { "\(PercentEncoding.encode($0.key))=\(PercentEncoding.encode($0.value.description))" }
            .joined(separator: ",")
        try expect(ResourceAttributes.parse(text) == attributes, "\(attributes) is written as \(text)")
    }
}
