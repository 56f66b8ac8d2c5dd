import Confinement
import Foundation
import OTLPExport
import Probes
import Resource
import System
import Testing

@testable import Doctor

/// What `doctor` makes of what it finds, on machines that are made up.
@Suite struct CheckTests {
    /// A healthy machine, with some files in place of its own; nil where there is none.
    private func facts(_ files: [String: String?] = [:]) -> KernelFacts {
        let healthy: [String: String?] = [
            "/proc/sys/kernel/osrelease": "6.1.0-44-amd64\n",
            "/proc/self/status": "Name:\ttcplens\nCapEff:\t000001ffffffffff\nSeccomp:\t0\n",
            "/proc/self/uid_map": "         0          0 4294967295\n",
            "/proc/self/mountinfo":
                "30 1 0:1 / /sys rw - sysfs sysfs rw\n31 1 0:2 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
            "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n",
            "/proc/sys/net/core/bpf_jit_enable": "1\n",
            "/proc/self/limits": "Limit  Soft  Hard  Units\nMax locked memory  65536  65536  bytes\n",
            "/proc/self/net/netstat": "TcpExt: SyncookiesSent\nTcpExt: 0\n",
        ]
        let all = healthy.merging(files) { $1 }
        return KernelFacts(of: Machine(environment: [:]) { all[$0] ?? nil })
    }

    private func checks(_ files: [String: String?] = [:], _ trial: ProgramTrial = ProgramTrial()) -> [Check] {
        KernelChecks(facts: facts(files), program: "/usr/local/bin/tcplens").checks(trial)
    }

    private func check(_ name: String, _ files: [String: String?], _ trial: ProgramTrial = ProgramTrial()) throws
        -> Check
    {
        try #require(checks(files, trial).first { $0.name == name })
    }

    private func denied(types: Bool = false) -> ProgramTrial {
        var trial = ProgramTrial()
        trial.isDenied = true
        trial.programsError = "cannot load connections: Operation not permitted"
        trial.typesError = types ? "cannot read the kernel's BTF" : nil
        return trial
    }

    private func status(capabilities: String, seccomp: Int = 0) -> [String: String?] {
        ["/proc/self/status": "CapEff:\t\(capabilities)\nSeccomp:\t\(seccomp)\nSeccomp_filters:\t1\n"]
    }

    // MARK: The kernel

    @Test func `a healthy machine gives no reason to worry`() {
        let checks = checks()
        #expect(checks.allSatisfy { $0.status == .ok && $0.remedy == nil }, "\(checks)")
        #expect(
            checks.map(\.name) == ["proc", "kernel", "BTF", "capabilities", "locked memory", "lockdown", "seccomp"]
        )
    }

    @Test(arguments: [("5.9.16", Check.Status.warning), ("5.10.0-32-amd64", .ok), ("4.19", .warning), ("7.1-rc1", .ok)])
    func `a kernel is old enough or not by both numbers`(release: String, status: Check.Status) throws {
        #expect(try check("kernel", ["/proc/sys/kernel/osrelease": release]).status == status)
    }

    @Test(arguments: ["", "six", "6", "x.y"]) func `what is no release is no version`(release: String) throws {
        #expect(KernelVersion(release: release) == nil)
        #expect(try check("kernel", ["/proc/sys/kernel/osrelease": release]).status == .ok)
    }

    @Test(
        arguments: [
            ("0000008000000000", ["CAP_PERFMON"]), ("0000004000000000", ["CAP_BPF"]),
            ("000000c000000000", []), ("0000000000200000", []), ("0", ["CAP_BPF", "CAP_PERFMON"]),
            ("nonsense", ["CAP_BPF", "CAP_PERFMON"]),
        ] as [(String, [String])]
    )
    func `the capabilities that are missing are those that are not held`(bits: String, missing: [String]) throws {
        let set = CapabilitySet(status: "CapPrm:\tffffffffffffffff\nCapEff:\t\(bits)\n")
        #expect(set.missing.map(\.name) == missing)
        let check = try check("capabilities", status(capabilities: bits), denied())
        #expect((check.status == .failed) == !missing.isEmpty)
        for name in missing { #expect(check.found.contains(name)) }
    }

    @Test func `what works in spite of missing capabilities is no failure`() throws {
        #expect(try check("capabilities", status(capabilities: "0")).status == .ok)
    }

    @Test func `what stands in the way of those who hold them is named`() throws {
        let bits = "000001ffffffffff"
        let namespace: [String: String?] = ["/proc/self/uid_map": "0 1000 1"]
        #expect(try check("capabilities", namespace, denied()).found.contains("user namespace"))
        #expect(try check("capabilities", namespace).status == .ok)
        #expect(try check("seccomp", status(capabilities: bits, seccomp: 2), denied()).status == .failed)
        #expect(try check("seccomp", status(capabilities: bits, seccomp: 2)).status == .ok)
        // Then it is the capabilities that are to be mended first.
        #expect(try check("seccomp", status(capabilities: "0", seccomp: 2), denied()).status == .ok)
        let lockdown: [String: String?] = ["/sys/kernel/security/lockdown": "none integrity [confidentiality]\n"]
        #expect(try check("lockdown", lockdown, denied()).status == .failed)
        #expect(try check("lockdown", lockdown).status == .ok)
        #expect(checks(["/sys/kernel/security/lockdown": nil]).allSatisfy { $0.name != "lockdown" })
    }

    @Test func `lockdown is needless only where everything works in spite of it`() throws {
        let files: [String: String?] = ["/sys/kernel/security/lockdown": "none integrity [confidentiality]\n"]
        var trial = ProgramTrial()
        trial.reason = .lockdown
        trial.programsError = "cannot load retransmits: Invalid argument"
        #expect(try check("lockdown", files, trial).status == .failed)
        #expect(ProgramChecks(trial: trial).checks.first?.remedy?.text.contains("lockdown=integrity") == true)
        trial = ProgramTrial()
        trial.others = [.init(command: "snapshot", error: "cannot load it", reason: .lockdown)]
        let snapshot = try check("lockdown", files, trial)
        #expect(snapshot.status == .warning && snapshot.found.contains("'tcplens snapshot' does not work"))
        trial = ProgramTrial()
        trial.limitations = [Limitation(.lockdown, "trace: no local port until connected")]
        #expect(try check("lockdown", files, trial).status == .warning)
        #expect(ProgramChecks(trial: trial).checks.first?.remedy?.text.contains("lockdown=integrity") == true)
        #expect(try check("lockdown", files).found.hasSuffix("which these do not need"))
    }

    @Test(
        arguments: [
            (.memory(limit: MemoryLimit(group: "/a", file: "/c/a/memory.max", bytes: 9)), "cat /c/a/memory.max"),
            (.memory(limit: nil), "free -h"), (.compiler, "sudo sysctl -w net.core.bpf_jit_enable=1"),
            (.refused(program: "on_send", words: "no"), "uname -a"), (.other(words: nil), "sudo dmesg | tail"),
        ] as [(ProbeError.Reason, String)]
    )
    func `what to do follows from the reason`(reason: ProbeError.Reason, command: String) {
        var trial = ProgramTrial()
        (trial.reason, trial.programsError) = (reason, "cannot load connections")
        #expect(ProgramChecks(trial: trial).checks.first?.remedy?.command == command)
    }

    @Test func `a file that counts other processors than the kernel is warned of`() throws {
        var trial = ProgramTrial()
        for shown: Int? in [1, 64, nil] {
            trial.processors = ProcessorCount(counted: 2, shown: shown)
            #expect(try check("processors", [:], trial).status == .warning)
        }
        trial.processors = ProcessorCount(counted: 2, shown: 2)
        #expect(checks([:], trial).allSatisfy { $0.name != "processors" })
    }

    @Test func `that programs are interpreted is asked of the kernel where no file tells`() throws {
        var trial = ProgramTrial()
        trial.isInterpreted = true
        #expect(try check("BPF compiler", ["/proc/sys/net/core/bpf_jit_enable": nil], trial).status == .warning)
    }

    @Test func `a limit of locked memory matters to old kernels and to who may not raise it`() throws {
        let old: [String: String?] = ["/proc/sys/kernel/osrelease": "5.10.0"]
        let bound = old.merging(status(capabilities: "000000c000000000")) { $1 }
        #expect(try check("locked memory", bound).status == .warning)
        #expect(try check("locked memory", old).status == .ok)
        #expect(try check("locked memory", status(capabilities: "000000c000000000")).status == .ok)
        let unlimited = bound.merging(["/proc/self/limits": "Max locked memory unlimited unlimited bytes\n"]) { $1 }
        #expect(try check("locked memory", unlimited).status == .ok)
    }

    @Test func `programs that are interpreted, and counters that can't be read, are warned of`() throws {
        #expect(try check("BPF compiler", ["/proc/sys/net/core/bpf_jit_enable": "0\n"]).status == .warning)
        #expect(try check("proc", ["/proc/self/net/netstat": nil]).status == .warning)
    }

    // MARK: BTF

    @Test(arguments: [
        (
            "41 1 0:41 / /sys rw - sysfs sysfs rw\n42 1 0:42 / /sys/kernel/btf rw - tmpfs tmpfs rw\n",
            "sudo umount /sys/kernel/btf"
        ),
        (
            "50 1 0:50 / /sys rw - sysfs sysfs rw\n51 1 0:51 / /sys/kernel rw - ext4 x rw\n"
                + "52 1 0:52 / /sys/kernel/debug rw - debugfs x rw\n",
            "sudo umount /sys/kernel"
        ),
        ("43 1 0:43 / / rw - ext4 x rw\n44 1 0:44 / /proc rw - proc proc rw\n", "sudo mount -t sysfs sysfs /sys"),
        ("45 1 0:45 / /sys rw - sysfs sysfs rw\n", "grep CONFIG_DEBUG_INFO_BTF /boot/config-$(uname -r)"),
        // A name that only begins like the one that is looked for.
        (
            "46 1 0:46 / /sys rw - sysfs sysfs rw\n47 1 0:47 / /sys/kernel/bt rw - tmpfs x rw\n",
            "grep CONFIG_DEBUG_INFO_BTF /boot/config-$(uname -r)"
        ),
        // What was mounted before is covered itself.
        (
            "48 1 0:48 / /sys/kernel rw - tmpfs x rw\n49 1 0:49 / /sys rw - sysfs sysfs rw\n",
            "grep CONFIG_DEBUG_INFO_BTF /boot/config-$(uname -r)"
        ),
    ])
    func `why there is no BTF is found out from the mounts`(mounts: String, command: String) throws {
        var trial = ProgramTrial()
        trial.typesError = "cannot read the kernel's BTF"
        let check = try check("BTF", ["/proc/self/mountinfo": mounts], trial)
        #expect(check.status == .failed)
        #expect(check.remedy?.command == command)
        #expect(ProgramChecks(trial: trial).checks.isEmpty)
    }

    @Test func `what a kernel can't give is a warning, and what trace lacks is no failure`() {
        var trial = ProgramTrial()
        trial.limitations = ["no tracepoint tcp_send_reset on this kernel: no resets"]
        trial.others = [.init(command: "trace", error: "cannot load trace: Invalid argument")]
        let checks = ProgramChecks(trial: trial).checks
        #expect(checks.map(\.status) == [.warning, .warning])
        #expect(checks.map(\.name) == ["missing here", "programs of trace"])
        trial.collectionError = "cannot read the iterator count_and_sample: Input/output error"
        #expect(ProgramChecks(trial: trial).checks.contains { $0.status == .failed && $0.name == "collection" })
    }

    // MARK: Around it

    @Test func `what is around it is told, and never a failure`() {
        var surroundings = SurroundingsChecks(mounts: [], exists: { _ in false }, isSynchronized: false)
        #expect(surroundings.checks.filter { $0.status == .warning }.map(\.name) == ["cgroups", "clock"])
        surroundings = SurroundingsChecks(
            mounts: MountInfo.parse(
                "30 1 0:1 / /a\\040b rw - cgroup2 none rw\n31 1 0:2 / /sys/fs/bpf rw - bpf bpf rw\n"
            ),
            exists: { $0 == "/run/docker.sock" },
            isSynchronized: true
        )
        let checks = surroundings.checks
        #expect(checks.allSatisfy { $0.status == .ok })
        #expect(checks.contains { $0.found == "version 2 at /a b" })
        #expect(checks.contains { $0.found == "Docker (/run/docker.sock)" })
    }

    @Test(arguments: [
        (ControlGroups(used: ["/c"]), "version 2 at /c"),
        (
            ControlGroups(used: ["/host"], others: ["/own"]),
            "version 2 at /host, which shows all groups, those at /own too"
        ),
        (
            ControlGroups(used: ["/own", "/part"], isWhole: false),
            "version 2 at /own, /part, only some of the groups; the others are shown by number"
        ),
        (ControlGroups(used: []), "version 2 is not mounted: 'tcplens trace' can't name containers"),
    ])
    func `which tree of control groups is read is told`(groups: ControlGroups, found: String) {
        let surroundings = SurroundingsChecks(mounts: [], controlGroups: groups)
        #expect(surroundings.checks.first { $0.name == "cgroups" }?.found == found)
    }

    @Test func `who listens on a port is found by the state and the number`() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0
               1: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0
               2: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0
            """
        #expect(PortOwner.listeners(onPort: 8080, in: table) == ["4711"])
        #expect(PortOwner.listeners(onPort: 80, in: table).isEmpty)
    }

    @Test(
        arguments: [
            (-400, -1, "has expired on 2033-05-17", true), (-400, 400, "holds until 2034-06-22 (400 days)", false),
            (-400, 13, "holds until 2033-05-31 (13 days)", true), (-1, 1, "holds until 2033-05-19 (24 hours)", false),
            (-20, 1, "holds until 2033-05-19 (24 hours)", true),
            (1, 9, "holds only from 2033-05-19T03:33:20Z on", true),
        ] as [(Double, Double, String, Bool)]
    )
    func `a certificate near its end is told by what is left of its life`(
        start: Double,
        end: Double,
        text: String,
        isSoon: Bool
    ) throws {
        let now = Date(timeIntervalSince1970: 2_000_000_000)
        let certificate = Certificate(start: now + start * 86_400, end: now + end * 86_400)
        let validity = CertificateChecks.validity(of: certificate, now: now)
        #expect(validity.text == text)
        #expect(validity.isSoon == isSoon)
    }
}
