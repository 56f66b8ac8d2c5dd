import Probes
internal import Readings
import Rendering
import SnapshotView

/// The connections by group, with their trend.
struct ConnectionsSection {
    private static let totalWidth = 7
    /// The narrowest column of names, and the narrowest trend that is kept when columns are added.
    private static let nameWidth = 11
    private static let trendWidth = 15

    private let rows: [TopModel.Row]
    private let snapshot: Snapshot
    private let grouping: TopGrouping
    private let history: Histories<TopGrouping.Group>
    private let interval: Duration

    /// Creates a table of the connections in `model`.
    init(_ model: TopModel, _ grouping: TopGrouping, _ interval: Duration) {
        self.grouping = grouping
        self.interval = interval
        snapshot = model.reading.snapshot
        history = model.groupHistory[grouping] ?? Histories()
        let found = model.rows[grouping] ?? []
        guard grouping == .state else {
            rows = found
            return
        }
        // In the order of a connection's life, as in a snapshot. These rows always exist.
        rows =
            SnapshotTable.states.map { state in
                found.first { $0.group == .state(state) } ?? TopModel.Row(group: .state(state))
            }
    }

    /// How many lines it needs.
    var count: Int { max(rows.count, 1) + 1 }

    /// The table.
    func lines(width: Int, room: Int, _ style: OutputStyle) -> [StyledLine] {
        guard room > 0 else { return [] }
        // The largest rows are shown, in their usual order. A line counts those that do not fit.
        let shownCount = rows.count < room ? rows.count : max(0, room - 2)
        let totals = rows.map(\.counts.total)
        let bySize = rows.indices.sorted { (totals[$1], $0) < (totals[$0], $1) }
        let shown = bySize.prefix(shownCount).sorted().map { rows[$0] }
        let hidden = bySize.dropFirst(shownCount).map { rows[$0] }.filter { $0.counts.total > 0 }
        let widest = shown.reduce(0) { max($0, name(of: $1.group, style).count) }
        let layout = Layout(grouping, widest: widest, width: width)
        var lines = [heading(layout)] + shown.map { line($0, layout, style) }
        if rows.isEmpty { lines.append(StyledLine("no connections", .dim)) }
        if !hidden.isEmpty {
            let total = hidden.reduce(UInt64(0)) { $0 &+ $1.counts.total }
            let name = "\(hidden.count) more".padded(to: layout.name)
            lines.append(StyledLine(name + CountText.count(total).padded(to: Self.totalWidth, left: true), .dim))
        }
        return Array(lines.prefix(room))
    }

    /// A column of numbers: its heading and what it counts.
    private struct Column {
        let name: String
        let count: (TopModel.Row) -> UInt64

        static func columns(of grouping: TopGrouping) -> [Column] {
            func state(_ name: String, _ state: ConnectionState) -> Column {
                Column(name: name) { $0.counts[state] }
            }
            return switch grouping {
            case .state:
                NetworkType.allCases.map { type in
                    Column(name: type.attributeValue.uppercased()) { $0.counts[type] }
                }
            case .port, .container:
                [
                    state("ESTAB", .established), state("CLOSE_W", .closeWait), state("TIME_W", .timeWait),
                    state("SYN_RCV", .synReceived), state("FIN_W2", .finWait2),
                ]
            }
        }
    }

    /// The widths of the columns.
    private struct Layout {
        let name: Int
        let columns: [Column]
        let trend: Int

        init(_ grouping: TopGrouping, widest: Int, width: Int) {
            let all = Column.columns(of: grouping)
            // Paths are long. The trend gets the width that remains.
            name = min(max(widest, nameWidth), max(nameWidth, width / (grouping == .container ? 2 : 3)))
            let room = width - name - totalWidth - 1
            let count = min(all.count, max(0, (room - trendWidth) / (totalWidth + 1)))
            columns = Array(all.prefix(count))
            trend = Sparkline.width(in: room - count * (totalWidth + 1))
        }
    }

    private func heading(_ layout: Layout) -> StyledLine {
        var text = grouping.rawValue.uppercased().padded(to: layout.name)
        text += "TOTAL".padded(to: Self.totalWidth, left: true)
        text += layout.columns.map { $0.name.padded(to: Self.totalWidth + 1, left: true) }.joined()
        text += " " + RatesSection.trendName(interval, width: layout.trend)
        return StyledLine(text, .dim)
    }

    private func line(_ row: TopModel.Row, _ layout: Layout, _ style: OutputStyle) -> StyledLine {
        let total = row.counts.total
        let name = style.clipStart(name(of: row.group, style), to: layout.name)
        var line = StyledLine(name.padded(to: layout.name), total == 0 ? .dim : nil)
        line.append(CountText.count(total).padded(to: Self.totalWidth, left: true), total == 0 ? .dim : .bold)
        for column in layout.columns {
            let count = column.count(row)
            let text = CountText.count(count).padded(to: Self.totalWidth + 1, left: true)
            line.append(text, count == 0 ? .dim : column.name == "CLOSE_W" ? .yellow : nil)
        }
        let chart = Sparkline(values: history[row.group], sampleCount: history.sampleCount, base: .smallest)
        line.append(" ")
        line.append(chart.text(width: layout.trend, isUnicode: style.isUnicode), total == 0 ? .dim : .cyan)
        return line
    }

    /// The name of a group as text.
    private func name(of group: TopGrouping.Group, _ style: OutputStyle) -> String {
        switch group {
        case .state(let state): state.kernelName
        case .localPort(let port): ":\(port)"
        case .peerPort(let port): "to :\(port)"
        case .container(let cgroup): CgroupText.text(snapshot.container(cgroup) ?? "-", style)
        case .unknown: "not known"
        case .others: "others"
        }
    }
}
