import Foundation
import Testing

/// The names of control groups, wherever their hierarchy is mounted.
extension IntegrationTests {
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ControlGroupTests {
        /// Mounts that are made before the command, and the name that the group of the sockets then has.
        ///
        /// `$HOST` is the mount of the machine's hierarchy, `$1` the group; `$OWN` and `$OTHER` are empty directories.
        struct Mounts: Sendable {
            var script: String
            /// The text before the group's own name; `nil` if the group can't be named.
            var prefix: String?
            /// Whether the command runs in a control group namespace whose root is below the sockets' group.
            var isInNamespace = false
        }

        private static let cases = [
            Mounts(script: ":", prefix: ""),
            Mounts(script: "mount --bind $HOST $OTHER; umount -l $HOST", prefix: ""),
            // The hierarchy of the namespace first, then that of the machine; and the other way round.
            Mounts(
                script: "mount -t cgroup2 own $OWN; mount --bind $HOST $OTHER; umount -l $HOST",
                prefix: "",
                isInNamespace: true
            ),
            Mounts(script: "mount -t cgroup2 own $OWN", prefix: "", isInNamespace: true),
            // A part of the hierarchy.
            Mounts(script: "mount --bind $HOST/$1 $OTHER; umount -l $HOST", prefix: ""),
            Mounts(script: "mount --bind $HOST/$1 $OTHER; mount --bind $HOST $OWN; umount -l $HOST", prefix: ""),
            // A mount that is hidden by another one.
            Mounts(script: "mount --bind $HOST $OTHER; mount -t tmpfs none $HOST", prefix: ""),
            Mounts(script: "mount -t tmpfs none $HOST", prefix: nil),
            // Only the groups below the sockets' group, and no group at all.
            Mounts(script: "mount -t cgroup2 own $OWN; umount -l $HOST", prefix: nil, isInNamespace: true),
            Mounts(script: "umount -l $HOST", prefix: nil),
        ]

        @Test(arguments: cases)
        func `a group has its name if any mount shows it`(mounts: Mounts) throws {
            let group = try ControlGroup("named-")
            let traffic = try Traffic()
            try traffic("listen 4 6999 8")
            try group.add(traffic)
            try traffic("listen 4 7001 8")
            let host = try run(["findmnt", "-nro", "TARGET", "-t", "cgroup2"]).output.split(separator: "\n")
            let script = """
                HOST=\(host[0]); OWN=$(mktemp -d); OTHER=$(mktemp -d); mkdir -p $HOST$1/below
                \(mounts.isInNamespace ? "echo $$ >$HOST$1/below/cgroup.procs" : "")
                export HOST OWN OTHER
                \(mounts.isInNamespace ? "unshare --cgroup" : "") unshare --mount sh -c '
                    \(mounts.script.replacing("$HOST/$1", with: "$HOST$1"))
                    exec nsenter --net=/proc/'$2'/ns/net \(Executable.tcplens) snapshot --by container --format json' sh $1
                status=$?
                echo $$ >$HOST/cgroup.procs; rmdir $HOST$1/below $OWN $OTHER; exit $status
                """
            let result = try run(["sh", "-c", script, "sh", group.path, "\(traffic.processIdentifier)"])
            #expect(result.status == 0, "\(result.error)")
            let snapshot = try JSONDecoder().decode(SnapshotJSON.self, from: Data(result.output.utf8))
            let ofGroup = snapshot.containers?.first { $0.cgroup == group.identifier }
            #expect(ofGroup?.total == 1, "\(result.output)")
            #expect(ofGroup?.container == mounts.prefix.map { $0 + group.path }, "\(mounts)")
            // The root group is known without any mount.
            let ofAll = snapshot.containers?.first { $0.cgroup == 1 }
            #expect(ofAll?.total == 1)
            #expect(ofAll?.container?.hasPrefix("/") == true, "\(mounts)")
            if !mounts.isInNamespace { #expect(ofAll?.container == "/") }
        }

        @Test func `a group that is gone keeps its name in a trace, and has its number in a snapshot`() throws {
            let traffic = try Traffic()
            try traffic("listen 4 7001 8")
            var group: ControlGroup? = try ControlGroup("gone-")
            try group?.add(traffic)
            let (path, identifier) = (group?.path, group?.identifier)
            let tracer = try Tracer(in: traffic)
            try traffic("connect a 4 7001 1")
            // The process leaves the group, so that the group can be removed while its sockets exist.
            let mount = try run(["findmnt", "-nro", "TARGET", "-t", "cgroup2"]).output.split(separator: "\n")[0]
            try Data("\(traffic.processIdentifier)".utf8).write(to: URL(filePath: "\(mount)/cgroup.procs"))
            group = nil
            try traffic("reset a client")
            let events = try tracer.end().filter { $0.cgroup == identifier }
            #expect(!events.isEmpty)
            #expect(events.allSatisfy { $0.container == path })
        }

        @Test func `the doctor says which of several trees it reads`() throws {
            let condition = Condition(
                environment: ["OTEL_METRICS_EXPORTER": "console"],
                namespace: try Traffic(),
                mounts: "D=$(mktemp -d) && mount --bind $(findmnt -nro TARGET -t cgroup2 | head -n 1) $D"
            )
            let check = try condition.expectAgreement().check("cgroups")
            #expect(check.status == "ok")
            #expect(check.found.contains("which shows all groups, those at /tmp/"), "\(check.found)")
        }
    }
}
