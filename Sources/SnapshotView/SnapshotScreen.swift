import Probes
import Readings
import Rendering

/// A snapshot with its groups as text: the states, and a section for each grouping, on one screen if possible.
struct SnapshotScreen {
    /// How many groups of each kind are shown if the output is not a window.
    private static let standardLimit = 10
    /// The fewest lines of a section below its heading, whatever the size of the window.
    private static let fewestLines = 3

    /// The snapshot.
    var snapshot: Snapshot
    /// Whether to show states without connections.
    var all = false
    /// How many groups of each kind to show; nil for as many as fit.
    var top: Int?
    /// The height of the window in lines; `nil` if the output is not a window.
    var lines: Int?

    /// The states and the sections.
    func text(_ style: OutputStyle) -> String {
        let states = SnapshotTable(snapshot.groups.all, all: all)
        let (limits, isSpaced) = layout(states.lines)
        return zip(snapshot.groupings, limits).reduce(states.textWithShares(style)) { text, section in
            text + (isSpaced ? "\n" : "") + self.section(section.0, limit: section.1, style)
        }
    }

    private func section(_ grouping: SnapshotGrouping, limit: Int?, _ style: OutputStyle) -> String {
        guard let by = grouping.grouping else { return ListenerTable(snapshot, limit: limit).text(style) }
        let cut = snapshot.rows(by, limit: limit)
        var rows = cut.rows.map { (name: snapshot.name($0.group, by), counts: $0.counts) }
        if !cut.more.isEmpty { rows.append(("\(cut.more.count) more", cut.more.sum)) }
        rows += cut.others.map { (snapshot.name($0.group, by), $0.counts) }
        return GroupTable(title: grouping.title, isOfPaths: by == .container || by == .namespace, rows: rows, all: all)
            .text(style)
    }

    /// How many groups each section shows, and whether there is a blank line between sections.
    private func layout(_ stateLines: Int) -> (limits: [Int?], isSpaced: Bool) {
        guard top == nil, let lines else { return (snapshot.groupings.map { _ in top ?? Self.standardLimit }, true) }
        // Overflow groups are always shown, below the others.
        let others = snapshot.groupings.map { grouping in
            grouping.grouping.map { snapshot.rows($0, limit: nil).others.count }
                ?? snapshot.listeners(limit: nil).others.count
        }
        let needs = snapshot.groupings.enumerated().map { place, grouping in
            (grouping.grouping.map { snapshot.groups[$0].count } ?? snapshot.groups.listeners.count) - others[place]
        }
        // The last line is for the prompt, and each section has a heading.
        let room = lines - 1 - stateLines - needs.count - others.reduce(0, +)
        let fewest = needs.reduce(0) { $0 + min($1, Self.fewestLines) }
        let isSpaced = room - needs.count >= fewest
        let shares = Self.shares(of: isSpaced ? room - needs.count : room, needs)
        // The last line of a section that does not fit says how many more groups there are.
        return (zip(shares, needs).map { $0 < $1 ? $0 - 1 : $0 }, isSpaced)
    }

    /// The lines of each section.
    ///
    /// Lines that one does not need are given to others.
    static func shares(of lines: Int, _ needs: [Int]) -> [Int] {
        var shares = needs.map { min($0, fewestLines) }
        var left = lines - shares.reduce(0, +)
        while left > 0, let next = needs.indices.filter({ shares[$0] < needs[$0] }).min(by: { shares[$0] < shares[$1] })
        {
            shares[next] += 1
            left -= 1
        }
        return shares
    }
}
