/// The mounted file systems, as this process sees them.
struct MountTable: Equatable, Sendable {
    /// A line of the table.
    struct Mount: Equatable, Sendable {
        /// The path of the mount point.
        var path: String
        /// The type of the file system.
        var type: String
    }

    /// The mounts.
    ///
    /// Later ones cover earlier ones.
    var mounts: [Mount]

    /// Reads the text of `/proc/self/mounts`.
    init(_ text: String) {
        mounts = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            // A space in a path is written as `\040`.
            return fields.count > 2
                ? Mount(path: String(fields[1]).replacing("\\040", with: " "), type: String(fields[2])) : nil
        }
    }

    /// The mount point of a file system of this type.
    func path(ofType type: String) -> String? {
        mounts.first { $0.type == type }?.path
    }

    /// The mount through which `path` is seen, if that mount is below `top` and so hides what is in the file system of
    /// `top`.
    func cover(of path: String, below top: String) -> Mount? {
        mounts.last { path == $0.path || path.hasPrefix($0.path + "/") || $0.path == "/" }
            .flatMap { $0.path.hasPrefix(top + "/") ? $0 : nil }
    }
}
