internal import Metrics
internal import Readings

extension World {
    /// The sockets that exist now, and what has happened.
    var activity: Activity {
        var activity = Activity()
        activity.connections = connectionRows
        activity.listeners = listenerRows
        activity.stocks = stocks
        activity.counters = counters.counters
        // Nothing happens during a reading.
        activity.transitionsBefore = activity.counters[.transitions, .host] ?? []
        activity.durations = counters.durations
        activity.namespaceCounters = counters.namespace
        activity.listenerDrops = services.map { service in
            PortRow(port: isCrowded(service.port) ? nil : service.port, type: service.type, value: service.drops)
        }
        activity.responseTimes = options.measuresResponses ? responseTimes : nil
        return activity
    }

    /// Whether a port has no row of its own.
    private func isCrowded(_ port: UInt16) -> Bool {
        faults.contains(.crowdedPorts) && port == services.last?.port
    }

    private var connectionRows: [ConnectionRow] {
        var counts: [ConnectionRow: UInt64] = [:]
        func count(_ state: ConnectionState, _ type: NetworkType, _ role: HandshakeRole, _ port: UInt16) {
            var row = ConnectionRow(state, type, count: 0)
            if options.splitsByPort {
                row.isOverflow = isCrowded(port)
                row.localPort = role == .server && !row.isOverflow ? port : 0
                row.peerPort = role == .client && !row.isOverflow ? port : 0
            }
            counts[row, default: 0].add(1)
        }
        for service in services { count(.listen, service.type, .server, service.port) }
        for connection in connections.values {
            count(connection.state, connection.type, connection.role, connection.port)
        }
        // The order of a dictionary differs between runs.
        func order(_ row: ConnectionRow) -> (UInt8, UInt8, UInt16, UInt16) {
            (row.state.rawValue, row.type.rawValue, row.localPort, row.peerPort)
        }
        return counts.map { row, count in
            var row = row
            row.count = count
            return row
        }.sorted { order($0) < order($1) }
    }

    private var listenerRows: [ListenerRow] {
        let requests = connections.values.filter { $0.state == .synReceived }
        return services.map { service in
            let isFull = service.waiting > Self.acceptLimit
            return ListenerRow(
                port: isCrowded(service.port) ? nil : service.port,
                type: service.type,
                acceptUsage: service.waiting,
                acceptLimit: Self.acceptLimit,
                acceptFull: isFull ? 1 : 0,
                synUsage: UInt64(requests.count { ($0.port, $0.type) == (service.port, service.type) }),
                synLimit: Self.acceptLimit
            )
        }
    }

    private var stocks: Tables<Stock> {
        let established = UInt64(connections.values.count { $0.state == .established })
        let stuck = faults.contains(.stuckReaders) ? established : 0
        var oldest = [UInt64](repeating: 0, count: Stock.oldest.rowCount)
        for connection in connections.values {
            oldest[connection.state.index] = max(oldest[connection.state.index], now &- connection.since)
        }
        var stocks = Tables<Stock>()
        stocks[.queuedBytes, .host] = [established &* 100, stuck &* 65_536]
        stocks[.stalled, .host] = [0, stuck]
        stocks[.oldest, .host] = oldest
        stocks[.unfollowed, .host] = [0]
        stocks[.timeWaitLimit, .host] = [16_384]
        stocks[.ephemeralPorts, .host] = [28_232]
        stocks[.memory, .host] = [established &* 4096]
        stocks[.memoryLimit, .host] = [1 << 28]
        return stocks
    }

    private var responseTimes: [PortRow<Distribution>] {
        var rows: [UInt16: Distribution] = [:]
        for service in services { rows[service.port, default: .zero].add(service.responses.distribution) }
        return rows.sorted { $0.key < $1.key }.map { port, value in
            PortRow(port: isCrowded(port) ? nil : port, value: value)
        }
    }
}
