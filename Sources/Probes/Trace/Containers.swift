internal import BPF
internal import System

/// Tells which container a socket belongs to: so far, the path of its control group.
package struct Containers {
    private let read: () -> [UInt64: String]
    private let now: () -> ContinuousClock.Instant
    private var paths: [UInt64: String] = [:]
    private var readAgain: ContinuousClock.Instant

    /// A group that is not found is looked for again, but not more often than this.
    private static let pause = Duration.seconds(1)

    /// Reads the groups that there are now.
    package init() {
        self.init(read: CgroupTree.paths, now: { .now })
    }

    /// Reads groups by `read`; a test gives its own.
    init(read: @escaping () -> [UInt64: String], now: @escaping () -> ContinuousClock.Instant) {
        self.read = read
        self.now = now
        paths = read()
        readAgain = now()
    }

    /// The path of a control group; `nil` when it is not visible from here, or has gone.
    package mutating func path(of cgroup: UInt64) -> String? {
        if let path = paths[cgroup] { return path }
        guard cgroup != 0, now() >= readAgain else { return nil }
        // Those that have gone keep their names: events of them may still come.
        paths.merge(read()) { $1 }
        readAgain = now().advanced(by: Self.pause)
        return paths[cgroup]
    }
}
