internal import Metrics
internal import Readings

/// Puts the rows of the kernel together that belong to one workload.
extension Activity {
    /// Makes everything the host's.
    mutating func moveToHost() {
        for place in connections.indices { connections[place].workload = .host }
        for place in listeners.indices { listeners[place].workload = .host }
        listenerDrops = listenerDrops?.map { PortRow(port: $0.port, type: $0.type, value: $0.value) }
        responseTimes = responseTimes?.map { PortRow(port: $0.port, type: $0.type, value: $0.value) }
    }

    /// Replaces the numbers of rows by the indexes of workloads, and adds up what then has the same properties.
    ///
    /// Counts by port are not among it (``PortSums``).
    mutating func merge(_ indexes: [WorkloadIndex: WorkloadIndex]) {
        func index(_ row: WorkloadIndex) -> WorkloadIndex { indexes[row] ?? .host }
        connections = connections.merged {
            $0.workload = index($0.workload)
            return ConnectionRow.Key($0)
        } adding: {
            $0.count &+= $1.count
        }
        listeners = listeners.merged {
            $0.workload = index($0.workload)
            return PortKey(port: $0.port, type: $0.type, workload: $0.workload)
        } adding: {
            $0.add($1)
        }
    }
}

extension Tables<Stock> {
    /// Adds the tables of one row to those of a workload.
    mutating func merge(_ tables: Tables<Stock>, of row: WorkloadIndex, into workload: WorkloadIndex) {
        for stock in Stock.allCases {
            guard let more = tables[stock, row] else { continue }
            let known = self[stock, workload] ?? more.map { _ in 0 }
            self[stock, workload] = zip(known, more).map { stock == .oldest ? max($0, $1) : $0 &+ $1 }
        }
    }
}

private struct PortKey: Hashable {
    var port: UInt16?
    var type: NetworkType
    var workload: WorkloadIndex
}

extension ConnectionRow {
    fileprivate struct Key: Hashable {
        var row: ConnectionRow

        init(_ row: ConnectionRow) {
            self.row = row
            self.row.count = 0
        }
    }
}

extension ListenerRow {
    fileprivate mutating func add(_ other: ListenerRow) {
        acceptUsage &+= other.acceptUsage
        acceptLimit &+= other.acceptLimit
        acceptFull &+= other.acceptFull
        synUsage &+= other.synUsage
        synLimit &+= other.synLimit
    }
}

extension Array {
    /// The elements in their order, those with an equal key added to the first of them.
    fileprivate func merged<Key: Hashable>(
        _ key: (inout Element) -> Key,
        adding add: (inout Element, Element) -> Void
    ) -> [Element] {
        var places: [Key: Int] = [:]
        var merged: [Element] = []
        for var element in self {
            let key = key(&element)
            if let place = places[key] {
                add(&merged[place], element)
            } else {
                places[key] = merged.count
                merged.append(element)
            }
        }
        return merged
    }
}
