internal import Catalogue
internal import Metrics
internal import Readings

/// Identifies the series of queues: the listeners of one port and type.
struct ListenerKey: SeriesKey, Comparable, Codable {
    /// The port; nil for the listeners that found no room in the kernel's map.
    var port: UInt16?
    /// The protocol.
    var type: NetworkType

    /// By the port, then by the protocol.
    static func < (one: Self, other: Self) -> Bool {
        (one.port ?? 0, one.type.rawValue) < (other.port ?? 0, other.type.rawValue)
    }

    /// The attributes of the series.
    var attributes: Attributes {
        guard let port else { return [AttributeKey.overflow: true, AttributeKey.type: .string(type.attributeValue)] }
        return [AttributeKey.localPort: .int(Int64(port)), AttributeKey.type: .string(type.attributeValue)]
    }
}

extension ListenerRow {
    /// The series that it belongs to.
    var key: ListenerKey { ListenerKey(port: port, type: type) }
}
