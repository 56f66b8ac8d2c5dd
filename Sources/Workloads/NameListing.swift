internal import Glibc
internal import System

/// The entries of a directory that name something.
///
/// Only names are read: nothing is opened or followed.
struct NameListing: Sendable {
    /// Tells whether a directory has changed.
    private struct Stamp: Equatable {
        var device: UInt64
        var inode: UInt64
        var seconds: Int
        var nanoseconds: Int

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            seconds = Int(status.st_mtim.tv_sec)
            nanoseconds = Int(status.st_mtim.tv_nsec)
        }
    }

    /// What was found, by the key that the entry's name contains.
    private(set) var names: [String: KubernetesNames.Names] = [:]
    /// How often the directory was read, for tests.
    private(set) var reads = 0
    private let path: String
    private let limit: Int
    private let parse: @Sendable (String) -> (key: String, names: KubernetesNames.Names)?
    private var stamp: Stamp?
    private var isSettled = false

    /// Reads the directory at `path` at each ``refresh()``, at most `limit` entries of it.
    init(
        path: String,
        limit: Int,
        parse: @escaping @Sendable (String) -> (key: String, names: KubernetesNames.Names)?
    ) {
        (self.path, self.limit, self.parse) = (path, limit, parse)
    }

    /// Reads the directory, unless it has not changed.
    ///
    /// - Returns: Whether the names are others than before.
    mutating func refresh() -> Bool {
        var entries: [String] = []
        do throws(FileDescriptor.SystemCallError) {
            let directory = try FileDescriptor(directory: path)
            let stamp = Stamp(try directory.status())
            let isSame = stamp == self.stamp
            if isSame, isSettled { return false }
            // An entry that is added in the same tick of the file system's clock, after the directory was read, does
            // not change the stamp. So it is read once more.
            (self.stamp, isSettled) = (stamp, isSame)
            entries = try directory.names(limit: limit)
            reads += 1
        } catch {
            // Most machines have no pods.
            stamp = nil
        }
        let found = Dictionary(entries.compactMap(parse).map { ($0.key, $0.names) }) { first, _ in first }
        defer { names = found }
        return found != names
    }
}
