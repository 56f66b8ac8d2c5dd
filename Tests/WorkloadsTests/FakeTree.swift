import Synchronization
import System

@testable import Workloads

/// A tree of cgroups that does not exist, and a clock that stands still.
final class FakeTree: Sendable {
    private struct State {
        /// The ids of the cgroups, by path; the root's is 1.
        var identifiers: [String: UInt64] = ["": 1]
        var texts: [String: String] = [:]
        var last: UInt64 = 100
        var walks = 0
        var reads = 0
        var now = ContinuousClock.now
        var mounts = [CgroupTree.Mount(path: "/m")]
    }

    private let state = Mutex(State())

    /// How often the tree was read.
    var walks: Int { state.withLock { $0.walks } }

    /// How many directories were read.
    var reads: Int { state.withLock { $0.reads } }

    /// Makes a cgroup, and those above that are missing.
    @discardableResult func add(_ path: String) -> UInt64 {
        state.withLock { state in
            var made = ""
            for name in path.split(separator: "/") {
                made += "/\(name)"
                if state.identifiers[made] == nil {
                    state.last += 1
                    state.identifiers[made] = state.last
                }
            }
            return state.identifiers[path] ?? 0
        }
    }

    /// Removes a cgroup and all below.
    func remove(_ path: String) {
        state.withLock { state in
            state.identifiers = state.identifiers.filter { $0.key != path && !$0.key.hasPrefix(path + "/") }
        }
    }

    /// Lets a file have a text.
    func write(_ text: String, to path: String) {
        state.withLock { $0.texts["/m" + path] = text }
    }

    /// Lets these be the mounts; the directory of each is its prefix below `/m`.
    func mount(_ mounts: [CgroupTree.Mount]) {
        state.withLock { $0.mounts = mounts }
    }

    /// Lets time pass.
    func advance(by time: Duration) {
        state.withLock { $0.now += time }
    }

    /// A directory that reads this tree.
    func directory(
        names: KubernetesNames = KubernetesNames(pods: "/none", containers: "/none"),
        limits: CgroupIndex.Limits = CgroupIndex.Limits()
    ) -> WorkloadDirectory {
        let source = CgroupSource(
            mounts: { self.state.withLock { $0.mounts } },
            identifier: { path in
                guard path.hasPrefix("/m") else { return nil }
                return self.state.withLock { $0.identifiers[String(path.dropFirst(2))] }
            },
            children: { path, limit in self.children(of: String(path.dropFirst(2)), limit) },
            text: { path in self.state.withLock { $0.texts[path] } }
        )
        return WorkloadDirectory(source: source, names: names, limits: limits) { self.state.withLock { $0.now } }
    }

    private func children(of path: String, _ limit: Int) -> [CgroupTree.Child] {
        state.withLock { state in
            state.reads += 1
            if state.mounts.first?.path == "/m" + path { state.walks += 1 }
            let paths = state.identifiers.keys
            return state.identifiers.filter {
                $0.key.hasPrefix(path + "/") && !$0.key.dropFirst(path.count + 1).contains("/")
            }
            .sorted { $0.key < $1.key }.prefix(limit).map { child, identifier in
                CgroupTree.Child(
                    identifier: identifier,
                    name: String(child.dropFirst(path.count + 1)),
                    isLeaf: !paths.contains { $0.hasPrefix(child + "/") }
                )
            }
        }
    }
}
