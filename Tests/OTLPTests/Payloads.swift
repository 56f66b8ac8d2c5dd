import Metrics

/// Lengths around those at which a length prefix takes another byte, and zero.
let boundaryLengths = [0, 1, 127, 128, 16_383, 16_384]

extension ResourceMetrics {
    /// A gauge with strings of `length` bytes everywhere.
    static func withText(ofLength length: Int) -> ResourceMetrics {
        let text = String(repeating: "x", count: length)
        return ResourceMetrics(
            resource: Resource(attributes: [text: .string(text)], schemaURL: text),
            scopes: [
                ScopeMetrics(
                    scope: Scope(name: text, version: text, schemaURL: text),
                    metrics: [
                        Metric(
                            name: text,
                            description: text,
                            unit: text,
                            data: .gauge([.stub(attributes: [text: .string(text)], time: 1, value: .int(1))])
                        )
                    ]
                )
            ]
        )
    }

    /// A sum with `pointCount` series.
    static func large(pointCount: Int) -> ResourceMetrics {
        let points = (0..<pointCount).map { index in
            NumberDataPoint.stub(
                attributes: [
                    "network.connection.state": "established", "network.peer.address": .string("192.0.2.\(index)"),
                    "network.peer.port": .int(Int64(index)),
                ],
                start: 1,
                time: 2,
                value: .int(Int64(index))
            )
        }
        return .stub(.stub(name: "large", .sum(points, .cumulative, isMonotonic: true)))
    }
}

/// Protobuf's wire format by hand, for messages that our encoder never writes.
enum Field {
    static func varint(_ value: UInt64) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 0x7F | 0x80)] + varint(value >> 7)
    }

    /// A message, a string or bytes.
    static func bytes(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(UInt64(content.count)) + content
    }

    static func text(_ number: UInt64, _ text: String) -> [UInt8] {
        bytes(number, Array(text.utf8))
    }

    static func int(_ number: UInt64, _ value: UInt64) -> [UInt8] {
        varint(number << 3) + varint(value)
    }

    static func fixed64(_ number: UInt64, _ value: UInt64) -> [UInt8] {
        varint(number << 3 | 1) + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// A request with one metric in one scope of one resource.
    static func request(metric: [UInt8]) -> [UInt8] {
        bytes(1, bytes(2, bytes(2, metric)))
    }

    /// A request with a gauge whose only point has one attribute, `k`, with the value `any`.
    static func request(attribute any: [UInt8]) -> [UInt8] {
        let attribute = bytes(7, text(1, "k") + bytes(2, any))
        return request(metric: bytes(5, bytes(1, attribute + fixed64(6, 1))))
    }
}
