import Foundation
import Testing

/// Runs `doctor` and `run` under the same conditions: if only one of them fails, that is a defect.
extension IntegrationTests {
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct DoctorTests {
        /// An exporter without a receiver, so that only the machine is tested.
        private static let console = ["OTEL_METRICS_EXPORTER": "console"]

        /// `setpriv` with no more than these capabilities.
        private static func holding(_ names: [String]) -> [String] {
            let list = (["-all"] + names.map { "+\($0)" }).joined(separator: ",")
            return [
                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=\(list)",
                "--ambient-caps=\(list)", "--bounding-set=\(list)",
            ]
        }

        @Test func `if all is well, each program runs and both connections are seen`() throws {
            let condition = Condition(
                options: ["--response-time"],
                environment: Self.console,
                namespace: try Traffic()
            )
            let diagnosis = try condition.expectAgreement()
            let programs = diagnosis.checks.filter { $0.name.hasPrefix("program ") }
            #expect(programs.count >= 9)
            #expect(programs.allSatisfy { $0.status == "ok" })
            // The agent itself runs these, at each pass.
            let run = programs.filter { !$0.found.contains("attached to ") }.map(\.name)
            #expect(run == ["program forget_ended", "program walk_and_sample"])
            #expect(programs.contains { $0.found.contains("tp_btf/sock_send_length") })
            for address in ["127.0.0.1", "::1"] {
                #expect(try diagnosis.check("connection to \(address)").found.contains("counted by the tracepoint"))
            }
            for command in ["snapshot", "trace"] {
                #expect(try diagnosis.check("programs of \(command)").found.hasSuffix("loaded, attached"))
            }
            #expect(try diagnosis.check("BTF").found == "/sys/kernel/btf/vmlinux")
        }

        @Test(arguments: [
            "mount -t tmpfs none /sys/kernel/btf", "mount --bind /dev/null /sys/kernel/btf/vmlinux",
            "mount --bind /usr /sys/kernel",
        ])
        func `if a mount hides BTF, both fail and the mount is named`(mount: String) throws {
            let condition = Condition(environment: Self.console, mounts: mount)
            let place = mount.split(separator: " ").last.map(String.init) ?? ""
            try condition.expectAgreement(failing: "BTF", says: "is hidden", "sudo umount \(place)")
        }

        @Test func `without sys both fail, and the command to mount it is shown`() throws {
            let condition = Condition(environment: Self.console, mounts: "umount --lazy --recursive /sys")
            try condition.expectAgreement(failing: "BTF", says: "mount -t sysfs")
        }

        @Test(arguments: [
            (["bpf"], "CAP_PERFMON missing"), (["perfmon"], "CAP_BPF missing"),
            (["net_admin", "net_bind_service"], "CAP_BPF and CAP_PERFMON missing"),
        ])
        func `a missing capability stops both, and is named with the way to get it`(held: [String], words: String)
            throws
        {
            let condition = Condition(environment: Self.console, wrapper: Self.holding(held))
            let diagnosis = try condition.expectAgreement(
                failing: "capabilities",
                says: words,
                "sudo setcap cap_bpf,cap_perfmon+ep /"
            )
            #expect(try diagnosis.check("programs").found.contains("Operation not permitted"))
        }

        @Test func `the two capabilities are enough, and so is CAP_SYS_ADMIN`() throws {
            for wrapper in [Self.holding(["bpf", "perfmon"]), Self.holding(["sys_admin"])] {
                try Condition(environment: Self.console, namespace: try Traffic(), wrapper: wrapper).expectAgreement()
            }
        }

        @Test func `root of a user namespace is not enough, and the reason is reported`() throws {
            let condition = Condition(environment: Self.console, wrapper: ["unshare", "--user", "--map-root-user"])
            try condition.expectAgreement(failing: "capabilities", says: "user namespace")
        }

        @Test(arguments: [
            ("umount --quiet --lazy --all --types bpf", "bpffs"),
            ("umount --quiet --lazy --all --types tracefs,debugfs", "tracefs"),
        ])
        func `file systems that nothing needs may be missing`(mounts: String, name: String) throws {
            let condition = Condition(
                environment: Self.console,
                namespace: try Traffic(),
                // It fails if there are none, which is fine.
                mounts: "{ \(mounts) || true; }"
            )
            let diagnosis = try condition.expectAgreement()
            #expect(try diagnosis.check(name).found == "not mounted; not needed")
        }

        @Test func `without version 2 of control groups run works, and what is missing is reported`() throws {
            let condition = Condition(
                environment: Self.console,
                namespace: try Traffic(),
                mounts: "{ umount --quiet --lazy --all --types cgroup2 || true; }"
            )
            let diagnosis = try condition.expectAgreement()
            #expect(try diagnosis.check("cgroups").status == "warning")
        }

        @Test func `on a read-only disk run works, and a spool there causes a warning`() throws {
            var condition = Condition(
                environment: Self.console,
                namespace: try Traffic(),
                mounts: "mount -o remount,bind,ro /"
            )
            try condition.expectAgreement()
            let sink = try RunningProcess([Executable.tcplens, "sink"], in: condition.namespace)
            _ = try eventually("the sink to listen") { sink.error.contains("listening") ? true : nil }
            condition.environment = [:]
            condition.options = ["--spool", "/tcplens-\(UUID().uuidString)"]
            let diagnosis = try condition.expectAgreement()
            let check = try diagnosis.check("spool")
            #expect(check.status == "warning")
            #expect(check.found.contains("Read-only file system"), "\(check)")
        }

        @Test func `without a loopback interface run works, and the doctor can't tell whether it sees`() throws {
            let condition = Condition(environment: Self.console, wrapper: ["unshare", "--net"])
            let diagnosis = try condition.expectAgreement()
            let check = try diagnosis.check("connection to 127.0.0.1")
            #expect(check.status == "warning")
            #expect(check.command == "sudo ip link set lo up")
        }

        @Test func `an agent on the same machine goes on as if nobody had looked`() throws {
            let namespace = try Traffic()
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "100ms"],
                in: namespace,
                environment: Self.console
            )
            _ = try eventually("the agent to run") { agent.output.isEmpty ? nil : true }
            let programs = try agent.kernelIdentifiers("prog_id")
            #expect(try Condition(environment: Self.console, namespace: namespace).examine().ok)
            #expect(try agent.kernelIdentifiers("prog_id") == programs)
            let before = agent.output.count
            _ = try eventually("another collection") { agent.output.count > before ? true : nil }
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0)
            #expect(!agent.error.contains("error"), "\(agent.error)")
        }

        @Test func `the text has a line for each check in the encoding of the terminal, and the status`() throws {
            var condition = Condition(environment: Self.console, mounts: "mount -t tmpfs none /sys/kernel/btf")
            condition.environment["LC_ALL"] = "C.UTF-8"
            let result = try condition.command(["doctor"])
            #expect(result.status == 1)
            #expect(result.error.isEmpty)
            #expect(result.output.contains("\n✗ BTF: /sys/kernel/btf/vmlinux is hidden"), "\(result.output)")
            #expect(result.output.contains("\n    sudo umount /sys/kernel/btf\n"))
            #expect(
                result.output.hasSuffix("'tcplens run' would not work: one check failed.\n")
                    || result.output.contains("one check failed, with ")
            )
            condition.environment["LC_ALL"] = "C"
            let plain = try condition.command(["doctor"])
            #expect(plain.output.contains("\nXX BTF: "))
            #expect(plain.output.allSatisfy { $0.isASCII }, "\(plain.output)")
        }

        @Test func `run itself refers to the doctor`() throws {
            let condition = Condition(environment: Self.console, mounts: "mount -t tmpfs none /sys/kernel/btf")
            let result = try condition.command(["run"])
            #expect(result.status == 1)
            #expect(result.error.contains("'tcplens doctor' says what is missing"), "\(result.error)")
        }

        @Test func `its own wrong usage ends with 2`() throws {
            for option in ["--nonsense", "--interval=soon", "--format=xml", "--print-config"] {
                let result = try run([Executable.tcplens, "doctor", option])
                #expect(result.status == 2, "\(option): \(result.error)")
                #expect(result.output.isEmpty)
            }
        }
    }
}
