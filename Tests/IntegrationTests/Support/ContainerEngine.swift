import Foundation

/// Real containers, by the podman and the runc that `Tests/IntegrationTests/fetch-containers` has fetched.
///
/// Their files, and they themselves, are removed with this object. They see the machine's `/usr` and the scenarios, and
/// are in the network namespace of a test.
final class ContainerEngine {
    private let root: String
    private let directory: URL
    private let environment: [String: String]
    private let traffic: Traffic
    private let tree: ControlGroupTree
    /// The containers of runc.
    private var ids: [String] = []

    /// Prepares the engine, and imports an image.
    init(in traffic: Traffic, _ tree: ControlGroupTree) throws {
        guard let root = Executable.containers else {
            throw Timeout(description: "there is no podman: Tests/IntegrationTests/fetch-containers gets one")
        }
        (self.root, self.traffic, self.tree) = (root, traffic, tree)
        directory = URL(filePath: NSTemporaryDirectory()).appending(path: "containers-\(UUID().uuidString)")
        let path = directory.path(percentEncoded: false)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let libraries = ["usr/lib", "lib"].flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? [])
                .filter { $0.hasSuffix("-linux-gnu") }.map { "\(root)/\(folder)/\($0)" }
        }
        environment = [
            "LD_LIBRARY_PATH": libraries.joined(separator: ":"),
            "CONTAINERS_CONF": "\(path)/containers.conf", "CONTAINERS_STORAGE_CONF": "\(path)/storage.conf",
            "PODMAN_IGNORE_CGROUPSV1_WARNING": "1",
        ]
        try configure(path)
        try image(path)
        // Podman leaves this one behind.
        try tree.make("/libpod_parent")
    }

    deinit {
        _ = try? podman("pod", "rm", "--force", "--time", "0", "--all")
        _ = try? podman("rm", "--force", "--time", "0", "--all")
        for id in ids { _ = try? runc("delete", "--force", id) }
        try? FileManager.default.removeItem(at: directory)
    }

    private func configure(_ path: String) throws {
        // Some machines let nobody raise limits.
        try """
        [containers]
        default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
        [engine]
        runtime = "runc"
        events_logger = "file"
        cgroup_manager = "cgroupfs"
        conmon_path = ["\(root)/usr/bin/conmon"]
        [engine.runtimes]
        runc = ["\(root)/usr/sbin/runc"]
        """.write(toFile: "\(path)/containers.conf", atomically: true, encoding: .utf8)
        try """
        [storage]
        driver = "vfs"
        graphroot = "\(path)/storage"
        runroot = "\(path)/run"
        """.write(toFile: "\(path)/storage.conf", atomically: true, encoding: .utf8)
    }

    /// An image with nothing but busybox and places for mounts.
    private func image(_ path: String) throws {
        let script = """
            set -e; mkdir -p base && cd base && mkdir -p bin usr lib lib64 proc dev sys tmp scenarios
            cp \(root)/bin/busybox bin/ && ln -sf busybox bin/sleep && tar -cf ../base.tar .
            """
        let result = try run(["env", "--chdir", path, "sh", "-c", script])
        guard result.status == 0 else { throw Timeout(description: "no image: \(result.error)") }
        let policy = "\(root)/etc/containers/policy.json"
        try podman(
            "import",
            "--signature-policy",
            policy,
            "--change",
            "ENV=PATH=/usr/bin:/bin",
            "\(path)/base.tar",
            "localhost/base:1"
        )
    }

    /// The arguments of a container's process.
    private func python(_ arguments: [String]) -> [String] {
        ["/usr/bin/python3", "/scenarios/containers.py"] + arguments
    }

    private static let mounts: [(source: String, target: String)] =
        ["/usr", "/lib", "/lib64"].map { ($0, $0) } + [
            (
                URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                    .appending(path: "Scenarios").path(percentEncoded: false), "/scenarios"
            )
        ]

    /// The option for the network of a container or pod.
    private var network: [String] { ["--network", "ns:/proc/\(traffic.processIdentifier)/ns/net"] }

    /// Starts a container of podman, in a pod if one is given, and returns its id.
    func start(in pod: String? = nil, _ arguments: String...) throws -> String {
        let volumes = Self.mounts.flatMap { ["--volume", "\($0.source):\($0.target):ro"] }
        let place = pod.map { ["--pod", $0] } ?? network
        let options = ["--detach", "--security-opt", "seccomp=unconfined"] + volumes + place
        return try podman(["run"] + options + ["localhost/base:1"] + python(arguments))
    }

    /// Makes a pod of podman, and returns its id.
    func pod() throws -> String {
        let infra = ["--infra-image", "localhost/base:1", "--infra-command", "sleep 1000"]
        let id = try podman(["pod", "create"] + infra + network)
        try tree.make("/libpod_parent/\(id)")
        return id
    }

    /// Ends a container of podman.
    func end(_ id: String) throws {
        try podman("rm", "--force", "--time", "0", id)
    }

    /// Starts a container of runc in a cgroup.
    func start(_ id: String, at cgroup: String, _ arguments: String...) throws {
        let bundle = directory.appending(path: id)
        try FileManager.default.createDirectory(at: bundle, withIntermediateDirectories: true)
        let path = bundle.path(percentEncoded: false)
        // Those above the container's own.
        try tree.make(cgroup.split(separator: "/").dropLast().map { "/\($0)" }.joined())
        let namespaces: [[String: String]] =
            ["pid", "ipc", "uts", "mount"].map { ["type": $0] }
            + [["type": "network", "path": "/proc/\(traffic.processIdentifier)/ns/net"]]
        let mounts: [[String: Any]] =
            [["destination": "/proc", "type": "proc", "source": "proc"]]
            + Self.mounts.map {
                ["destination": $0.target, "type": "bind", "source": $0.source, "options": ["rbind", "ro"]]
            }
        let specification: [String: Any] = [
            "ociVersion": "1.0.2",
            "process": [
                "terminal": false, "user": ["uid": 0, "gid": 0], "cwd": "/", "args": python(arguments),
                "env": ["PATH=/usr/bin:/bin"],
            ],
            "root": ["path": directory.appending(path: "base").path(percentEncoded: false), "readonly": true],
            "mounts": mounts,
            "linux": ["cgroupsPath": cgroup, "namespaces": namespaces],
        ]
        try JSONSerialization.data(withJSONObject: specification).write(to: bundle.appending(path: "config.json"))
        ids.append(id)
        try runc("run", "--detach", "--bundle", path, id)
    }

    @discardableResult
    private func podman(_ arguments: String...) throws -> String { try podman(arguments) }

    @discardableResult
    private func podman(_ arguments: [String]) throws -> String {
        let scratch = directory.appending(path: "tmp").path(percentEncoded: false)
        return try call(["\(root)/usr/bin/podman", "--tmpdir", scratch] + arguments)
    }

    private func runc(_ arguments: String...) throws {
        let state = directory.appending(path: "runc").path(percentEncoded: false)
        try call(["\(root)/usr/sbin/runc", "--root", state] + arguments)
    }

    /// Runs a command, and returns its last line.
    ///
    /// The processes that it leaves behind may not inherit descriptors: `Process` waits until its own are closed.
    @discardableResult
    private func call(_ command: [String]) throws -> String {
        let script = """
            (for file in /proc/self/fd/*; do
                file=${file##*/}; [ "$file" -le 2 ] || eval "exec $file>&-"
            done; exec "$@"); exit $?
            """
        let result = try run(["bash", "-c", script, "call"] + command, environment: environment)
        guard result.status == 0 else {
            throw Timeout(description: "\(command.joined(separator: " ")): \(result.error)")
        }
        return result.output.split(separator: "\n").last.map(String.init) ?? ""
    }
}
