import Glibc
import Testing

@testable import BPF
@testable import Probes

/// The reason for which a program was refused, and its text.
@Suite struct ProbeErrorTests {
    private static let refusal = """
        libbpf: prog 'on_retransmit': BPF program load failed: Invalid argument
        libbpf: prog 'on_retransmit': -- BEGIN PROG LOAD LOG --
        0: R1=ctx() R10=fp0
        13: (85) call bpf_probe_read#4
        %@
        processed 14 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
        -- END PROG LOAD LOG --
        libbpf: prog 'on_retransmit': failed to load: -22
        libbpf: failed to load object 'retransmits'
        """

    private func log(_ reason: String) -> String { Self.refusal.replacing("%@", with: reason) }

    @Test(arguments: [
        "program of this type cannot use helper bpf_probe_read#4", "unknown func bpf_probe_read_kernel#113",
    ])
    func `lockdown is named where it keeps programs from reading memory`(words: String) {
        let error = ProbeError(BPFError(operation: "load retransmits", code: EINVAL, log: log(words)))
        #expect(error.reason == .lockdown)
        #expect(error.description.contains("lockdown=confidentiality"))
    }

    @Test func `the verifier's last message is reported with the program`() {
        let error = ProbeError(
            BPFError(operation: "load retransmits", code: EACCES, log: log("R2 invalid mem access 'scalar'"))
        )
        let words = "13: (85) call bpf_probe_read#4; R2 invalid mem access 'scalar'"
        #expect(error.reason == .refused(program: "on_retransmit", words: words))
        #expect(error.description.hasSuffix("the verifier refuses on_retransmit: \(words)"))
    }

    @Test func `a compiler that is off is named, and the kernel's error number has a text`() {
        let error = ProbeError(
            BPFError(operation: "load trace", code: 524, log: log("JIT is required for calling kernel function"))
        )
        #expect(error.reason == .compiler)
        #expect(!error.description.contains("Unknown error"))
        #expect(error.description.contains("bpf_jit_enable"))
    }

    @Test func `a denial names the missing capabilities, or another reason`() {
        let denied = BPFError(operation: "load connections", code: EPERM)
        #expect(
            ProbeError(denied, reason: .denied(isPrivileged: false)).description.contains("CAP_BPF and CAP_PERFMON")
        )
        let held = ProbeError(denied, reason: .denied(isPrivileged: true)).description
        #expect(held.contains("capabilities are held") && held.contains("seccomp"))
        let program = BPFError(operation: "load agent", code: EPERM, log: log(""))
        let refused = ProbeError(program, reason: .denied(isPrivileged: true)).description
        #expect(refused.contains("the program on_retransmit"))
    }

    @Test func `what is missing of the kernel's types is said without the number of an error`() {
        let error = ProbeError(BPFError(operation: "read the kernel's BTF", code: ESRCH), reason: .noTypes)
        #expect(error.description.hasPrefix("cannot read the kernel's BTF: this kernel shows no BTF at "))
    }

    @Test func `a limit of memory is reported with its file`() {
        let limit = MemoryLimit(group: "/shop", file: "/sys/fs/cgroup/shop/memory.max", bytes: 8_388_608)
        let error = ProbeError(BPFError(operation: "load trace", code: ENOMEM), reason: .memory(limit: limit))
        for words in ["/shop", "8388608 bytes", "memory.max", "raise"] {
            #expect(error.description.contains(words))
        }
    }

    @Test(
        arguments: [
            // Version 2, the limit of a parent, version 1 next to 2, a container's own mount, no limit.
            (
                "0::/a/b", "30 1 0:1 / /sys/fs/cgroup rw - cgroup2 none rw",
                ["/sys/fs/cgroup/a/b/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": "16777216\n"],
                "/a", 16_777_216
            ),
            (
                "4:cpu,memory:/x\n0::/y",
                "30 1 0:1 / /sys/fs/cgroup/memory rw shared:4 - cgroup none rw,memory\n"
                    + "31 1 0:2 / /c rw - cgroup2 none rw",
                [
                    "/sys/fs/cgroup/memory/x/memory.limit_in_bytes": "4096\n",
                    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
                ],
                "/x", 4096
            ),
            (
                "4:memory:/docker/1", "30 1 0:1 /docker/1 /m rw - cgroup none rw,memory",
                ["/m/memory.limit_in_bytes": "5\n"], "/", 5
            ),
            ("0::/a", "30 1 0:1 / /c rw - cgroup2 none rw", ["/c/a/memory.max": "max"], "", 0),
            ("", "", [:], "", 0),
        ] as [(String, String, [String: String], String, UInt64)]
    )
    func `the smallest limit of all groups is found`(
        groups: String,
        mounts: String,
        files: [String: String],
        group: String,
        bytes: UInt64
    ) {
        let limit = MemoryLimit.smallest { path in
            ["/proc/self/cgroup": groups, "/proc/self/mountinfo": mounts][path] ?? files[path]
        }
        #expect(limit?.group ?? "" == group)
        #expect(limit?.bytes ?? 0 == bytes)
    }
}
