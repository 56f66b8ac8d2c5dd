import ArgumentParser
import CommandSupport
import SnapshotView

/// One value of `--by`: a grouping, or several with commas between them.
struct SnapshotGroupings {
    /// The groupings, in the order in which they were given.
    var groupings: [SnapshotGrouping]

    /// Parses the text of the option.
    init(_ text: String) throws {
        let known = SnapshotGrouping.allCases.map(\.rawValue).joined(separator: ", ")
        groupings = try text.listed.map { name in
            guard let grouping = SnapshotGrouping(rawValue: name) else {
                throw ValidationError("'\(name)' is nothing that --by knows: it takes \(known)")
            }
            return grouping
        }
        guard !groupings.isEmpty else { throw ValidationError("--by has nothing to look at: it takes \(known)") }
    }
}

extension [SnapshotGroupings] {
    /// All groupings, each once.
    var distinct: [SnapshotGrouping] {
        flatMap(\.groupings).reduce(into: []) { all, grouping in
            if !all.contains(grouping) { all.append(grouping) }
        }
    }
}
