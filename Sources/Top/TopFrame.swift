import Metrics
import Probes
import Readings
internal import Rendering
internal import System

/// The contents of the screen.
///
/// They depend only on the arguments.
struct TopFrame {
    /// The size of the window.
    struct Size: Equatable {
        /// The width in characters.
        var columns: Int
        /// The height in lines; `nil` for an output without limit.
        var rows: Int?
    }

    /// Values that do not change while the command runs.
    struct Place {
        /// The name of the machine.
        var host: String
        /// The kernel's version.
        var kernel: String
        /// The interval between readings.
        var interval: Duration
        /// Whose connections are shown.
        var scope = ObservationScope.own
        /// What can't be measured on this kernel.
        var limitations: [String] = []
        /// Converts to the time of day.
        ///
        /// Tests pass their own.
        var timeOfDay: (Int) -> LocalTime = LocalTime.init(secondsSinceEpoch:)
    }

    /// What the user wants to see.
    struct View: Equatable {
        /// The grouping of connections.
        var grouping = TopGrouping.state
        /// Whether the display is paused.
        var isPaused = false
        /// Whether the help for keys is shown.
        var showsHelp = false
        /// The response to the last key, if it needs one.
        var notice: String?
        /// Whether there is a keyboard.
        var hasKeys = true
    }

    /// Windows at least this wide have two columns.
    private static let wide = 76
    /// Windows at least this high have two lines for findings.
    private static let tall = 16
    /// The width of the right column: rates with a short chart, and quantiles.
    private static let rightWidth = 41
    private static let gap = 3

    private let model: TopModel
    private let place: Place
    private let view: View
    private let size: Size
    private let style: OutputStyle

    /// Creates a frame of `model`.
    init(_ model: TopModel, at place: Place, _ view: View = View(), size: Size, style: OutputStyle) {
        (self.model, self.place, self.view, self.size, self.style) = (model, place, view, size, style)
    }

    /// The lines from top to bottom.
    ///
    /// They fit into the window.
    var lines: [StyledLine] {
        let top = [title] + findings
        // The last line is for the keys. A file has none.
        let bottom = size.rows == nil ? [] : [keys]
        let room = size.rows.map { max(0, $0 - top.count - bottom.count) }
        var lines = top + (view.showsHelp ? help : isWide ? columns(room) : stack(room))
        if let rows = size.rows {
            lines = Array(lines.prefix(max(0, rows - bottom.count)))
            lines += Array(repeating: StyledLine(), count: max(0, rows - bottom.count - lines.count))
            lines = Array((lines + bottom).suffix(rows))
        }
        return lines.map { $0.clipped(to: size.columns, style) }
    }

    private var isWide: Bool { size.columns >= Self.wide }

    // MARK: - Above and below

    private var title: StyledLine {
        let seconds = Int(model.time.unixNanoseconds / 1_000_000_000)
        let parts = place.timeOfDay(seconds)
        let time = [parts.hour, parts.minute, parts.second].map { $0.padded(to: 2) }.joined(separator: ":")
        let interval = "every \(IntervalText.text(place.interval))"
        let total = model.reading.stocks.all.total
        let right = view.isPaused ? "PAUSED" : "\(total) connection\(total == 1 ? "" : "s")"
        // What is not the usual scope is left out last.
        let scope = place.scope == .own ? [] : ["scope \(place.scope.rawValue)"]
        let host = place.host.plain
        // In a narrow window the least important items are left out first.
        let candidates = [
            [host, "Linux \(place.kernel.plain)"] + scope + [time, interval], [host] + scope + [time, interval],
            [host] + scope + [time], scope + [time], scope, [],
        ]
        let name = "tcplens top"
        let fitting = candidates.map { $0.reduce("") { "\($0)  \($1)" } }
            .first { name.count + $0.count + 2 + right.count <= size.columns }
        var line = StyledLine(name, .bold)
        line.append(fitting ?? "")
        line = line.padded(to: max(line.width + 2, size.columns - right.count))
        line.append(right, view.isPaused ? .yellow : .bold)
        return line
    }

    /// The number of lines does not depend on the findings, so that nothing below them moves.
    private var findings: [StyledLine] {
        let count = (size.rows ?? .max) < Self.tall ? 1 : 2
        let blank = Array(repeating: StyledLine(), count: count - 1)
        guard model.hasRates else { return [StyledLine("measuring", .dim)] + blank }
        var rest = TopFindings(model).findings[...]
        guard !rest.isEmpty else {
            let handshakes = model.rates[.failures] == nil ? "" : ", no handshake failed"
            return [StyledLine("ok: nothing lost\(handshakes), no queue full", .green)] + blank
        }
        var lines: [StyledLine] = []
        while lines.count < count {
            var line = StyledLine()
            while let finding = rest.first {
                let more = lines.count == count - 1 && rest.count > 1 ? "  +\(rest.count - 1) more".count : 0
                guard line.width == 0 || line.width + 4 + finding.text.count + more <= size.columns else { break }
                line.append(line.width == 0 ? "! " : "  ! ", finding.isAlarm ? .red : .yellow)
                line.append(finding.text, finding.isAlarm ? .red : .yellow)
                rest.removeFirst()
            }
            if lines.count == count - 1, !rest.isEmpty {
                let more = "  +\(rest.count) more"
                line = line.clipped(to: max(0, size.columns - more.count), style)
                line.append(more, .dim)
            }
            lines.append(line)
        }
        return lines
    }

    private var keys: StyledLine {
        if let notice = view.notice { return StyledLine(notice, .yellow) }
        guard view.hasKeys else { return StyledLine("Ctrl-C quits; there is no keyboard for other commands", .dim) }
        let isNarrow = size.columns < 58
        var line = StyledLine("q quit", .dim)
        for grouping in TopGrouping.allCases {
            let key = grouping.rawValue.prefix(1)
            let text = isNarrow ? "\(key)" : "\(key) \(grouping.rawValue)"
            line.append(isNarrow && grouping != .state ? "/" : "  ", .dim)
            line.append(text, grouping == view.grouping ? .bold : .dim)
        }
        line.append(
            isNarrow ? " group  space pause  h help" : "  space \(view.isPaused ? "go on" : "pause")  h help",
            .dim
        )
        return line
    }

    private var help: [StyledLine] {
        [
            "", "s p c   group connections by state, by port, by container",
            "space   pause; again to continue", "h ?     this page", "q       quit, as Ctrl-C", "",
            "connections   all sockets in the kernel's tables, counted one by one",
            "handshakes    finished; failed ones are listed by error",
            "retransmits   segments that were sent again",
            "p50 p95 p99   this share took no longer, of the last 10 s",
            "accept queue  connections that wait for their program",
            "SYN queue     connections whose handshake is not finished",
        ].map { StyledLine($0) } + place.limitations.map { StyledLine($0, .yellow) }
    }

    // MARK: - Between

    private func columns(_ room: Int?) -> [StyledLine] {
        let right =
            RatesSection(model, place.interval).lines(width: Self.rightWidth, style) + [StyledLine()]
            + LatencySection(model).lines
        let leftWidth = size.columns - Self.rightWidth - Self.gap
        let connections = ConnectionsSection(model, view.grouping, place.interval)
        let listeners = ListenersSection(model)
        var height = max(right.count, connections.count)
        var listenerRoom: Int?
        if let room {
            // The right column sets the height. If the left one is long, listeners get at most a third.
            let reserve = min(listeners.count, room / 3)
            height = max(right.count, min(connections.count, room - 1 - reserve))
            let given = room >= 8 ? min(listeners.count, max(2, room - 1 - height)) : 0
            height = min(height, max(0, given > 0 ? room - 1 - given : room))
            listenerRoom = given
        }
        let left = connections.lines(width: leftWidth, room: height, style)
        var lines = (0..<height).map { row in
            var line = (row < left.count ? left[row] : StyledLine()).clipped(to: leftWidth, style)
            line = line.padded(to: leftWidth + Self.gap)
            line.append(row < right.count ? right[row] : StyledLine())
            return line
        }
        if listenerRoom != 0 {
            lines += [StyledLine()] + listeners.lines(width: size.columns, room: listenerRoom, style)
        }
        return lines
    }

    /// One column.
    ///
    /// Each section first gets its minimum, and then as much more as fits.
    private func stack(_ room: Int?) -> [StyledLine] {
        let connections = ConnectionsSection(model, view.grouping, place.interval)
        let rates = RatesSection(model, place.interval).lines(width: size.columns, style)
        let latency = LatencySection(model).lines
        let listeners = ListenersSection(model)
        let wanted = [connections.count, rates.count, latency.count, listeners.count]
        let heights = Self.divide(room, among: wanted, atLeast: [4, 3, 3, 2])
        return connections.lines(width: size.columns, room: heights[0], style) + rates.prefix(heights[1])
            + latency.prefix(heights[2]) + listeners.lines(width: size.columns, room: heights[3], style)
    }

    /// Divides lines: first each section gets its minimum, in order while lines last, and then the rest in the same
    /// order.
    static func divide(_ room: Int?, among wanted: [Int], atLeast least: [Int]) -> [Int] {
        guard var rest = room else { return wanted }
        var given = zip(wanted, least).map { want, least in
            let given = min(want, least)
            guard given <= rest else { return 0 }
            rest -= given
            return given
        }
        for index in given.indices where given[index] > 0 {
            let more = min(wanted[index] - given[index], rest)
            given[index] += more
            rest -= more
        }
        return given
    }
}

extension String {
    /// The text, with a question mark for each character that might not be one column wide on a terminal.
    var plain: String {
        String(map { $0.isASCII && !$0.isNewline && ($0.asciiValue ?? 0) >= 0x20 && $0 != "\u{7f}" ? $0 : "?" })
    }
}
