internal import BPF
internal import System

/// The places from which names of cgroups are read.
package struct ControlGroups: Equatable, Sendable {
    /// The places that are read.
    package var used: [String]
    /// The places that add nothing.
    package var others: [String]
    /// Whether all cgroups are visible, or only some.
    package var isWhole: Bool

    /// Creates a list of places.
    package init(used: [String], others: [String] = [], isWhole: Bool = true) {
        (self.used, self.others, self.isWhole) = (used, others, isWhole)
    }

    /// Finds out where the tree is mounted.
    package static func visible() -> ControlGroups {
        let (used, others) = CgroupTree.mounts()
        return ControlGroups(
            used: used.map(\.path),
            others: others.map(\.path),
            isWhole: used.contains(where: \.isWhole)
        )
    }
}
