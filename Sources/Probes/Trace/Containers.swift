internal import BPF
internal import System

/// Finds the container of a socket.
///
/// So far, that is the path of its cgroup.
package struct Containers {
    private let read: () -> [UInt64: String]
    private let now: () -> ContinuousClock.Instant
    private var paths: [UInt64: String] = [:]
    private var readAgain: ContinuousClock.Instant

    /// The shortest time between two searches for cgroups that were not found.
    private static let pause = Duration.seconds(1)

    /// Reads the cgroups that exist now.
    package init() {
        self.init(read: CgroupTree.paths, now: { .now })
    }

    /// Reads cgroups through `read`.
    ///
    /// Tests pass their own.
    init(read: @escaping () -> [UInt64: String], now: @escaping () -> ContinuousClock.Instant) {
        self.read = read
        self.now = now
        paths = read()
        readAgain = now()
    }

    /// The path of a cgroup; `nil` if it is not visible from here, or no longer exists.
    package mutating func path(of cgroup: UInt64) -> String? {
        if let path = paths[cgroup] { return path }
        guard cgroup != 0, now() >= readAgain else { return nil }
        // Cgroups that no longer exist keep their names, because their events may still arrive.
        paths.merge(read()) { $1 }
        readAgain = now().advanced(by: Self.pause)
        return paths[cgroup]
    }
}
