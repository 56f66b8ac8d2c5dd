internal import System

/// What `doctor` asks of the mounts that this process sees; later ones lie over earlier ones.
extension [MountInfo] {
    /// Where a file system of this type is mounted.
    func path(ofType type: String) -> String? {
        first { $0.type == type }?.path
    }

    /// The mount through which `path` is seen, if it lies below `top` and so is not the mount of `top` itself.
    func cover(of path: String, below top: String) -> MountInfo? {
        last { path == $0.path || path.hasPrefix($0.path + "/") || $0.path == "/" }
            .flatMap { $0.path.hasPrefix(top + "/") ? $0 : nil }
    }
}
