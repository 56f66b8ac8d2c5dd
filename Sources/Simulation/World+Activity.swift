internal import Metrics
internal import Readings

extension World {
    /// The sockets that exist now, and what has happened.
    func activity(since start: Timestamp) -> Activity {
        let workloads = workloads(since: start)
        let places = Dictionary(uniqueKeysWithValues: zip(workloads.map(\.id), workloads.indices)).mapValues { place in
            WorkloadIndex(rawValue: UInt16(clamping: place))
        }
        func place(_ id: Workload.ID) -> WorkloadIndex { places[id] ?? .host }
        var activity = Activity(workloads: workloads)
        activity.connections = connectionRows(place)
        activity.listeners = listenerRows(place)
        activity.stocks = stocks(place)
        (activity.counters, activity.durations) = counters.read(workloads)
        // Nothing happens during a reading.
        for table in activity.counters[.transitions].values {
            if activity.transitionsBefore.isEmpty { activity.transitionsBefore = table.map { _ in 0 } }
            for (row, count) in table.enumerated() { activity.transitionsBefore[row].add(count) }
        }
        activity.namespaceCounters = counters.namespace
        activity.listenerDrops = services.enumerated().map { index, service in
            PortRow(
                port: isCrowded(service.port) ? nil : service.port,
                type: service.type,
                value: service.drops,
                workload: place(containers.owner(ofService: index))
            )
        }
        activity.responseTimes = options.measuresResponses ? responseTimes(place) : nil
        return activity
    }

    /// The host, and the containers in another order at each second.
    private func workloads(since start: Timestamp) -> [Workload] {
        func workload(_ container: SimulatedContainer, hasEnded: Bool) -> Workload {
            Workload(
                container.owner,
                start: start.advanced(by: Int64(clamping: container.born)),
                attributes: container.attributes,
                hasEnded: hasEnded
            )
        }
        var workloads = containers.ended.map { workload($0, hasEnded: hasEnded($0)) }
        workloads += containers.running.filter(\.isToldApart).map { workload($0, hasEnded: false) }
        if let began = containers.overflowBegan {
            workloads.append(Workload(.overflow, start: start.advanced(by: Int64(clamping: began))))
        }
        let shift = workloads.isEmpty ? 0 : Int(now / 1_000_000_000 % UInt64(workloads.count))
        return [.host] + workloads[shift...] + workloads[..<shift]
    }

    /// Whether a port has no row of its own.
    private func isCrowded(_ port: UInt16) -> Bool {
        faults.contains(.crowdedPorts) && port == services.last?.port
    }

    private func connectionRows(_ place: (Workload.ID) -> WorkloadIndex) -> [ConnectionRow] {
        var counts: [ConnectionRow: UInt64] = [:]
        func count(
            _ state: ConnectionState,
            _ type: NetworkType,
            _ role: HandshakeRole,
            _ port: UInt16,
            _ owner: Workload.ID
        ) {
            var row = ConnectionRow(state, type, workload: place(owner), count: 0)
            if options.splitsByPort {
                row.isOverflow = isCrowded(port)
                row.localPort = role == .server && !row.isOverflow ? port : 0
                row.peerPort = role == .client && !row.isOverflow ? port : 0
            }
            counts[row, default: 0].add(1)
        }
        for (index, service) in services.enumerated() {
            count(.listen, service.type, .server, service.port, containers.owner(ofService: index))
        }
        for connection in connections.values {
            count(connection.state, connection.type, connection.role, connection.port, connection.owner)
        }
        // The order of a dictionary differs between runs.
        func order(_ row: ConnectionRow) -> (UInt16, UInt8, UInt8, UInt16, UInt16) {
            (row.workload.rawValue, row.state.rawValue, row.type.rawValue, row.localPort, row.peerPort)
        }
        return counts.map { row, count in
            var row = row
            row.count = count
            return row
        }.sorted { order($0) < order($1) }
    }

    private func listenerRows(_ place: (Workload.ID) -> WorkloadIndex) -> [ListenerRow] {
        let requests = connections.values.filter { $0.state == .synReceived }
        return services.enumerated().map { index, service in
            let isFull = service.waiting > Self.acceptLimit
            return ListenerRow(
                port: isCrowded(service.port) ? nil : service.port,
                type: service.type,
                acceptUsage: service.waiting,
                acceptLimit: Self.acceptLimit,
                acceptFull: isFull ? 1 : 0,
                synUsage: UInt64(requests.count { service.has($0) }),
                synLimit: Self.acceptLimit,
                workload: place(containers.owner(ofService: index))
            )
        }
    }

    private func stocks(_ place: (Workload.ID) -> WorkloadIndex) -> Tables<Stock> {
        var stocks = Tables<Stock>()
        let owners = Dictionary(grouping: connections.values) { place($0.owner) }
        let known = [Workload.ID.host, .overflow] + (containers.running + containers.ended).map(\.owner)
        for workload in Set(known.map(place)) {
            let connections = owners[workload] ?? []
            let established = UInt64(connections.count { $0.state == .established })
            let stuck = faults.contains(.stuckReaders) ? established : 0
            var oldest = [UInt64](repeating: 0, count: Stock.oldest.rowCount)
            for connection in connections {
                oldest[connection.state.index] = max(oldest[connection.state.index], now &- connection.since)
            }
            stocks[.queuedBytes, workload] = [established &* 100, stuck &* 65_536]
            stocks[.stalled, workload] = [0, stuck]
            stocks[.oldest, workload] = oldest
            stocks[.unfollowed, workload] = [0]
        }
        stocks[.timeWaitLimit, .host] = [16_384]
        stocks[.ephemeralPorts, .host] = [28_232]
        stocks[.memory, .host] = [UInt64(connections.values.count { $0.state == .established }) &* 4096]
        stocks[.memoryLimit, .host] = [1 << 28]
        return stocks
    }

    private func responseTimes(_ place: (Workload.ID) -> WorkloadIndex) -> [PortRow<Distribution>] {
        var rows: [UInt16: [WorkloadIndex: Distribution]] = [:]
        for (index, service) in services.enumerated() {
            let workload = place(containers.owner(ofService: index))
            rows[service.port, default: [:]][workload, default: .zero].add(service.responses.distribution)
        }
        return rows.sorted { $0.key < $1.key }.flatMap { port, values in
            values.sorted { $0.key.rawValue < $1.key.rawValue }.map { workload, value in
                PortRow(port: isCrowded(port) ? nil : port, value: value, workload: workload)
            }
        }
    }
}
