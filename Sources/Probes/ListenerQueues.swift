internal import Metrics

/// How full the queues of listeners are, added up over the listeners of each port and type.
package struct ListenerQueues: Equatable, Sendable {
    /// Whose queues a row shows.
    package struct Key: Hashable, Sendable {
        /// The port; `nil` on the row of the listeners for which the map had no room.
        package var port: UInt16?
        /// The protocol.
        package var type: NetworkType

        /// Creates a key.
        package init(port: UInt16?, type: NetworkType) {
            self.port = port
            self.type = type
        }
    }

    /// The queues of a row.
    package struct Row: Hashable, Sendable {
        /// Connections that wait for `accept()`.
        package var acceptUsage: UInt64
        /// How many may wait; one more than this is let in.
        package var acceptLimit: UInt64
        /// Listeners that can take no more.
        package var acceptFull: UInt64
        /// Connections whose handshake is not finished.
        package var synUsage: UInt64
        /// How many of them there may be.
        package var synLimit: UInt64

        /// Creates a row.
        package init(
            acceptUsage: UInt64,
            acceptLimit: UInt64,
            acceptFull: UInt64 = 0,
            synUsage: UInt64,
            synLimit: UInt64 = 0
        ) {
            self.acceptUsage = acceptUsage
            self.acceptLimit = acceptLimit
            self.acceptFull = acceptFull
            self.synUsage = synUsage
            self.synLimit = synLimit
        }
    }

    /// The rows.
    package var rows: [Key: Row]

    /// Creates queues of `rows`.
    package init(rows: [Key: Row] = [:]) {
        self.rows = rows
    }

    /// The metrics of the listeners' queues.
    func metrics(start: Timestamp, time: Timestamp) -> [Metric] {
        let rows = rows.sorted { ($0.key.port ?? 0, $0.key.type.rawValue) < ($1.key.port ?? 0, $1.key.type.rawValue) }
        func metric(_ metric: CataloguedMetric, _ value: (Row) -> UInt64) -> Metric {
            let points = rows.map { key, row in
                let attributes = key.attributes
                return NumberDataPoint(
                    attributes: attributes,
                    start: start,
                    time: time,
                    value: Number(count: value(row))
                )
            }
            return Metric(metric, .sum(points, .cumulative, isMonotonic: false))
        }
        return [
            metric(.acceptQueueUsage, \.acceptUsage), metric(.acceptQueueLimit, \.acceptLimit),
            metric(.acceptQueueFull, \.acceptFull), metric(.synQueueUsage, \.synUsage),
            metric(.synQueueLimit, \.synLimit),
        ]
    }
}

extension ListenerQueues.Key {
    /// The attributes of the row.
    var attributes: Attributes {
        guard let port else { return [AttributeKey.overflow: true, AttributeKey.type: .string(type.attributeValue)] }
        return [AttributeKey.localPort: .int(Int64(port)), AttributeKey.type: .string(type.attributeValue)]
    }
}
