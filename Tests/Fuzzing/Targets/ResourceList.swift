import Metrics
import System

@testable import Resource

extension FuzzTarget {
    /// `OTEL_RESOURCE_ATTRIBUTES`: what was read, written in the same format, is read as the same.
    static let resourceAttributes = FuzzTarget("resource-attributes", sizeLimit: 1024) { bytes in
        guard let attributes = ResourceAttributes.parse(String(decoding: bytes, as: UTF8.self)) else { return }
        let pairs = attributes.map {
            [$0.key, $0.value.description].map(PercentEncoding.encode).joined(separator: "=")
        }
        let text = pairs.joined(separator: ",")
        try expect(ResourceAttributes.parse(text) == attributes, "\(attributes) is written as \(text)")
    }
}
