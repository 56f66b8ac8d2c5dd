/// What is mounted where, as this process sees it.
struct MountTable: Equatable, Sendable {
    /// A line of the table.
    struct Mount: Equatable, Sendable {
        /// Where it is.
        var path: String
        /// The type of the file system.
        var type: String
    }

    /// The mounts, later ones over earlier ones.
    var mounts: [Mount]

    /// Reads the text of `/proc/self/mounts`.
    init(_ text: String) {
        mounts = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            // A blank in a path is written as `\040`.
            return fields.count > 2
                ? Mount(path: String(fields[1]).replacing("\\040", with: " "), type: String(fields[2])) : nil
        }
    }

    /// Where a file system of this type is mounted.
    func path(ofType type: String) -> String? {
        mounts.first { $0.type == type }?.path
    }

    /// The mount that `path` is seen through, if it lies below `top` and so is another one than that of `top` itself.
    func cover(of path: String, below top: String) -> Mount? {
        mounts.last { path == $0.path || path.hasPrefix($0.path + "/") || $0.path == "/" }
            .flatMap { $0.path.hasPrefix(top + "/") ? $0 : nil }
    }
}
