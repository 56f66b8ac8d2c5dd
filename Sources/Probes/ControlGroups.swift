internal import BPF

/// Where the names of control groups come from.
public struct ControlGroups: Equatable, Sendable {
    /// The places that are read.
    public var used: [String]
    /// The places that show nothing more.
    public var others: [String]
    /// Whether all groups are seen, or some only.
    public var isWhole: Bool

    /// Creates a list of places.
    public init(used: [String], others: [String] = [], isWhole: Bool = true) {
        (self.used, self.others, self.isWhole) = (used, others, isWhole)
    }

    /// Looks where the tree is mounted.
    public static func visible() -> ControlGroups {
        let (used, others) = CgroupTree.mounts()
        return ControlGroups(
            used: used.map(\.path),
            others: others.map(\.path),
            isWhole: used.contains(where: \.isWhole)
        )
    }
}
