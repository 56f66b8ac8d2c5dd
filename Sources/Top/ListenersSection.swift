import Probes
import Readings
import Rendering
import SnapshotView
import SocketText

/// The listeners with the fullest queues.
struct ListenersSection {
    private static let barWidth = 60
    private static let usageWidth = 14
    private static let shareWidth = 7
    private static let synWidth = 14
    /// In narrower windows there is no room for addresses and shares.
    private static let narrow = 76
    /// In windows at least this wide there is room for containers.
    private static let wide = 110

    private let listeners: [ListenerState]
    private let snapshot: Snapshot

    /// Creates a table of the listeners in `model`.
    init(_ model: TopModel) {
        listeners = model.listeners
        snapshot = model.reading.snapshot
    }

    /// How many lines it needs.
    var count: Int { max(listeners.count, 1) + 1 }

    /// The widths of the columns.
    private struct Layout {
        let isNarrow: Bool
        let name: Int
        let container: Int
        let bar: Int

        init(width: Int) {
            isNarrow = width < narrow
            name = isNarrow ? 10 : 22
            container = width < wide ? 0 : width / 5
            let numbers = usageWidth + synWidth + (isNarrow ? 0 : shareWidth)
            bar = max(0, min(width - name - container - numbers, barWidth))
        }
    }

    /// The table, with as many rows as fit.
    func lines(width: Int, room: Int?, _ style: OutputStyle) -> [StyledLine] {
        let layout = Layout(width: width)
        var heading = "LISTENER".padded(to: layout.name)
        heading += layout.container > 0 ? "CONTAINER".padded(to: layout.container) : ""
        heading += (layout.bar >= 12 ? "ACCEPT QUEUE" : "").padded(to: layout.bar)
        heading += "USED/LIMIT".padded(to: Self.usageWidth, left: true)
        heading += layout.isNarrow ? "" : "FULL".padded(to: Self.shareWidth, left: true)
        heading += "SYN QUEUE".padded(to: Self.synWidth, left: true)
        var lines = [StyledLine(heading, .dim)]
        for listener in listeners.prefix(room.map { max(0, $0 - 1) } ?? .max) {
            lines.append(line(listener, layout, style))
        }
        if listeners.isEmpty { lines.append(StyledLine("nothing listens", .dim)) }
        return Array(lines.prefix(room ?? .max))
    }

    private func line(_ listener: ListenerState, _ layout: Layout, _ style: OutputStyle) -> StyledLine {
        let accept = listener.accept
        let colour = Self.colour(accept)
        var line = StyledLine(name(of: listener, layout, style).padded(to: layout.name))
        if layout.container > 0 {
            let path = snapshot.container(listener.cgroup) ?? "-"
            line.append(CgroupText.text(path, to: layout.container - 1, style).padded(to: layout.container), .dim)
        }
        let bar = BarText.bar(accept.fullness, width: layout.bar, style)
        line.append(bar, colour)
        line.append(String(repeating: style.isUnicode ? "░" : ".", count: max(0, layout.bar - bar.count)), .dim)
        line.append(Self.usage(accept).padded(to: Self.usageWidth, left: true), accept.usage > 0 ? colour : nil)
        if !layout.isNarrow {
            let share = BarText.share(accept.usage, of: accept.limit)
            line.append(share.padded(to: Self.shareWidth, left: true), accept.usage > 0 ? colour : .dim)
        }
        let syn = listener.syn
        line.append(Self.usage(syn).padded(to: Self.synWidth, left: true), syn.usage > 0 ? Self.colour(syn) : .dim)
        return line
    }

    /// The address, or, where many may listen on the same one, the port with the container.
    private func name(of listener: ListenerState, _ layout: Layout, _ style: OutputStyle) -> String {
        let port = EndpointText.port(of: listener)
        guard !layout.isNarrow else { return style.clipStart(port, to: layout.name - 1) }
        guard snapshot.scope == .node, layout.container == 0, let container = snapshot.container(listener.cgroup)
        else { return style.clipStart(snapshot.endpoint(listener), to: layout.name - 1) }
        return port + " " + CgroupText.text(container, to: layout.name - 2 - port.count, style)
    }

    private static func colour(_ queue: ListenerState.Queue) -> OutputStyle.Colour {
        queue.full > 0 ? .red : queue.fullness >= TopFindings.highQueue ? .yellow : .green
    }

    private static func usage(_ queue: ListenerState.Queue) -> String {
        "\(CountText.count(queue.usage))/\(CountText.count(queue.limit))"
    }
}
