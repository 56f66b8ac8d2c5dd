internal import BPF
internal import System

/// Where the names of control groups come from.
package struct ControlGroups: Equatable, Sendable {
    /// The places that are read.
    package var used: [String]
    /// The places that show nothing more.
    package var others: [String]
    /// Whether all groups are seen, or some only.
    package var isWhole: Bool

    /// Creates a list of places.
    package init(used: [String], others: [String] = [], isWhole: Bool = true) {
        (self.used, self.others, self.isWhole) = (used, others, isWhole)
    }

    /// Looks where the tree is mounted.
    package static func visible() -> ControlGroups {
        let (used, others) = CgroupTree.mounts()
        return ControlGroups(
            used: used.map(\.path),
            others: others.map(\.path),
            isWhole: used.contains(where: \.isWhole)
        )
    }
}
