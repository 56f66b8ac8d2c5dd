import ApplicationResources
import Probes
import System
import Testing
import Workloads

@testable import Doctor

/// What `doctor` says of whose connections can be observed, and told apart.
@Suite struct ScopeCheckTests {
    private func checks(
        _ options: TCPProbes.Options = .init(scope: .node, attribution: .init()),
        _ visibility: CgroupVisibility = .whole("/sys/fs/cgroup"),
        mounts: String = "",
        change: (inout ScopeChecks) -> Void = { _ in }
    ) -> [Check] {
        var trial = ProgramTrial()
        trial.walks = true
        var checks = ScopeChecks(
            options: options,
            trial: trial,
            mounts: MountInfo.parse(mounts),
            visibility: visibility
        )
        change(&checks)
        return checks.checks
    }

    private func check(_ name: String, of checks: [Check]) throws -> Check {
        try #require(checks.first { $0.name == name }, "\(checks)")
    }

    @Test func `a machine on which everything can be seen gives no reason to worry`() throws {
        let checks = checks { $0.access = ProcessAccess(tried: 7, readable: 7, traceable: 7) }
        #expect(checks.map(\.name) == ["walk", "scope", "workloads", "application resources"])
        #expect(checks.allSatisfy { $0.status == .ok && $0.remedy == nil })
        #expect(try check("workloads", of: checks).found.contains("at most 1000"))
    }

    @Test func `in its own namespace it says whether all could be seen`() throws {
        let own = TCPProbes.Options()
        let works = checks(own) { $0.trial.node = .works }
        #expect(try check("scope", of: works).found == "self: this network namespace; --scope node would work, too")
        let refused = checks(own) { $0.trial.node = .refused("no loops") }
        #expect(try check("scope", of: refused).found.hasSuffix("--scope node would not work: no loops"))
        #expect(refused.allSatisfy { $0.status == .ok })
        // Nothing is divided, so nothing is said of it.
        #expect(refused.map(\.name) == ["walk", "scope"])
    }

    @Test func `a walk that is not used is not praised`() {
        #expect(!checks { $0.trial.walks = false }.contains { $0.name == "walk" })
        #expect(checks { $0.trial.programsError = "cannot load" }.isEmpty)
    }

    @Test func `what can't be seen of the cgroups is a warning with the way out`() throws {
        let part = try check("workloads", of: checks(visibility: .part(["/c"])) { $0.isInCgroupNamespace = true })
        #expect(part.status == .warning && part.found.contains("cgroup namespace"))
        #expect(part.remedy?.command == "docker run --cgroupns=host …")
        let version1 = "30 1 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
        let none = try check("workloads", of: checks(visibility: .none, mounts: version1))
        #expect(none.status == .warning && none.found.contains("only version 1 is mounted"))
        #expect(none.remedy?.command?.contains("mount -t cgroup2") == true)
        let hybrid = try check("workloads", of: checks(visibility: .whole("/sys/fs/cgroup/unified"), mounts: version1))
        #expect(hybrid.status == .ok && hybrid.found.contains("/sys/fs/cgroup/unified"))
        #expect(hybrid.found.contains("version 1 only"))
    }

    @Test func `processes that can't be asked are a warning, unless nobody wants to ask`() throws {
        func access(_ checks: inout ScopeChecks) {
            checks.access = ProcessAccess(tried: 9, readable: 2, traceable: 1, reasons: ["CAP_SYS_PTRACE is missing"])
        }
        let check = try check("application resources", of: checks(change: access))
        #expect(check.status == .warning && check.found.hasSuffix("; CAP_SYS_PTRACE is missing"))
        #expect(check.remedy?.text.contains("hostPID") == true)
        let silent = checks(.init(scope: .node, attribution: .init(asksApplications: false)), change: access)
        #expect(!silent.contains { $0.name == "application resources" })
    }

    @Test func `names of pods matter on a node of Kubernetes only`() throws {
        #expect(!checks().contains { $0.name == "names of pods" })
        for (sees, words) in [(true, "from /var/log/pods"), (false, "UID only")] {
            let check = try check("names of pods", of: checks { $0.seesPodNames = sees })
            #expect(check.status == .ok && check.found.contains(words))
        }
    }

    private func checks(
        visibility: CgroupVisibility,
        mounts: String = "",
        change: (inout ScopeChecks) -> Void = { _ in }
    )
        -> [Check]
    {
        checks(.init(scope: .node, attribution: .init()), visibility, mounts: mounts, change: change)
    }
}
