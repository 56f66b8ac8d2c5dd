package import System

/// Where cgroups are read from; tests make their own.
package struct CgroupSource: Sendable {
    /// The mounts to read.
    package var mounts: @Sendable () -> [CgroupTree.Mount]
    /// The id of the cgroup whose directory it is; `nil` if it is not a cgroup's.
    package var identifier: @Sendable (_ directory: String) -> UInt64?
    /// The cgroups directly below, at most `limit`.
    package var children: @Sendable (_ directory: String, _ limit: Int) -> [CgroupTree.Child]
    /// The text of a small file; `nil` if it can't be read.
    package var text: @Sendable (_ file: String) -> String?

    /// Creates a source.
    package init(
        mounts: @escaping @Sendable () -> [CgroupTree.Mount],
        identifier: @escaping @Sendable (_ directory: String) -> UInt64?,
        children: @escaping @Sendable (_ directory: String, _ limit: Int) -> [CgroupTree.Child],
        text: @escaping @Sendable (_ file: String) -> String? = { _ in nil }
    ) {
        (self.mounts, self.identifier, self.children, self.text) = (mounts, identifier, children, text)
    }

    /// The cgroups that this process can see.
    package static let system = CgroupSource(
        mounts: { CgroupTree.mounts().used },
        identifier: CgroupTree.identifier(of:),
        children: CgroupTree.children(of:limit:),
        text: { path in
            // A list of processes with seven digits each; longer ones are cut.
            guard let file = try? FileDescriptor(file: path), let bytes = try? file.read(65_536) else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
    )

    /// The same, but only in these mounts.
    package func reading(_ mounts: [CgroupTree.Mount]) -> CgroupSource {
        var source = self
        source.mounts = { mounts }
        return source
    }
}

/// Which cgroups can be seen from here.
package enum CgroupVisibility: Hashable, Sendable {
    /// All, in this mount.
    case whole(String)
    /// Those below some, in these mounts: tcplens is in a cgroup namespace, or has only a part of the tree mounted.
    case part([String])
    /// None: cgroup version 2 is not mounted here.
    ///
    /// On a machine that only uses version 1 every socket is the root cgroup's, so there is nothing to tell apart.
    case none
}

extension CgroupVisibility {
    /// What the mounts show that the cgroups are read from.
    package init(of mounts: [CgroupTree.Mount]) {
        if let whole = mounts.first(where: \.isWhole) {
            self = .whole(whole.path)
        } else {
            self = mounts.isEmpty ? .none : .part(mounts.map(\.path))
        }
    }
}

extension CgroupVisibility: CustomStringConvertible {
    /// What it means, for people.
    package var description: String {
        switch self {
        case .whole(let mount): "all cgroups, at \(mount)"
        case .part(let mounts):
            "only the cgroups at \(mounts.joined(separator: ", ")); the sockets of others count for the host"
        case .none: "no cgroups: version 2 is not mounted, so all sockets count for the host"
        }
    }
}
