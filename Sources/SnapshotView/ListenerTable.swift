import Probes
import Readings
import Rendering

/// The listeners of a snapshot as text: how many connections wait in their queues, and how many may.
struct ListenerTable {
    /// A row: some listeners, or the overflow row.
    struct Row {
        /// Their address, or how many more there are.
        var name: String
        /// Connections that wait for `accept()`.
        var accept: ListenerState.Queue
        /// Connections whose handshake is not finished.
        var syn: ListenerState.Queue
        /// The number of listeners.
        var count: UInt64
        /// Their container.
        var container = ""
        /// Their network namespace.
        var namespace = ""
    }

    /// The listeners.
    var rows: [Row]
    /// Whether to say in which namespace each listens.
    var hasNamespaces = false

    /// The longest name of a namespace.
    private static let namespaceWidth = 16

    /// The table.
    ///
    /// A full queue is marked.
    func text(_ style: OutputStyle) -> String {
        var table = TextTable(
            columns: [.text("LISTENER"), .number("ACCEPT QUEUE"), .number("SYN QUEUE")]
                + (hasNamespaces ? [.text("NAMESPACE")] : []) + [.text("CONTAINER")]
        )
        let last = table.columns.count - 1
        let (accept, syn) = (cells(\.accept), cells(\.syn))
        for (place, row) in rows.enumerated() {
            let namespace = hasNamespaces ? [CgroupText.text(row.namespace, to: Self.namespaceWidth, style)] : []
            table.rows.append([row.name, accept[place], syn[place]] + namespace + [""])
            for (column, queue) in [(1, row.accept), (2, row.syn)] where queue.full > 0 {
                table.colours[.init(row: place, column: column)] = .red
            }
        }
        // Paths use the remaining width, and are shortened where they say least.
        let before = table.width - "CONTAINER".count
        for (place, row) in rows.enumerated() {
            let room = style.columns.map { max("CONTAINER".count, $0 - before) }
            table.rows[place][last] = CgroupText.text(row.container, to: room, style)
        }
        return table.text(style)
    }

    /// The cells of a queue.
    ///
    /// The numbers are aligned whether or not a word follows them.
    private func cells(_ queue: (Row) -> ListenerState.Queue) -> [String] {
        let marks = rows.map { row in
            switch queue(row).full {
            case 0: ""
            case row.count: " FULL"
            case let full: " \(full) of \(row.count) FULL"
            }
        }
        let width = marks.map(\.count).max() ?? 0
        return zip(rows, marks).map { row, mark in
            "\(queue(row).usage)/\(queue(row).limit)" + mark.padded(to: width)
        }
    }
}

extension ListenerTable {
    /// The rows of a snapshot's listeners, fullest queues first.
    init(_ snapshot: Snapshot, limit: Int?) {
        let cut = snapshot.listeners(limit: limit)
        hasNamespaces = snapshot.scope == .node
        func row(_ listener: ListenerState) -> Row {
            let count = listener.count > 1 ? " x\(listener.count)" : ""
            return Row(
                name: snapshot.endpoint(listener) + count,
                accept: listener.accept,
                syn: listener.syn,
                count: listener.count,
                container: listener.place == nil ? "" : snapshot.container(listener.cgroup) ?? "-",
                namespace: listener.namespace == 0
                    ? "" : snapshot.namespaces[listener.namespace] ?? "\(listener.namespace)"
            )
        }
        rows = cut.rows.map(row)
        if !cut.more.isEmpty {
            rows.append(
                Row(
                    name: "\(cut.more.count) more",
                    accept: cut.more.map(\.accept).sum,
                    syn: cut.more.map(\.syn).sum,
                    count: cut.more.reduce(0) { $0 + $1.count }
                )
            )
        }
        rows += cut.others.map(row)
    }
}
