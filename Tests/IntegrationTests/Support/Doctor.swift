import Foundation
import Testing

/// The output of `tcplens doctor --format json`.
struct Diagnosis: Decodable {
    /// One check.
    struct Check: Decodable {
        var name: String
        var status: String
        var found: String
        var remedy: String?
        var command: String?
    }

    var checks: [Check]
    var ok: Bool

    /// The checks because of which `run` would fail.
    var failed: [Check] { checks.filter { $0.status == "failed" } }

    /// The first check called `name`.
    func check(_ name: String) throws -> Check {
        try #require(checks.first { $0.name == name }, "\(checks.map(\.name))")
    }
}

/// The conditions under which a command runs.
struct Condition {
    /// The options of `run` and of `doctor`.
    var options: [String] = []
    /// The variables.
    var environment: [String: String] = [:]
    /// The network namespace.
    var namespace: Traffic?
    /// A command that starts the program, such as `setpriv …`.
    var wrapper: [String] = []
    /// Commands that a shell runs first, in a mount namespace of its own, so that they do not affect other processes.
    var mounts: String?

    /// Runs `tcplens` with `arguments` under these conditions.
    func command(_ arguments: [String]) throws -> CommandResult {
        try run(line(arguments), in: namespace, environment: environment)
    }

    /// The complete command line.
    func line(_ arguments: [String]) -> [String] {
        let line = wrapper + [Executable.tcplens] + arguments
        guard let mounts else { return line }
        return ["unshare", "--mount", "sh", "-c", "\(mounts) && exec \"$@\"", "sh"] + line
    }

    /// Runs `doctor` under these conditions.
    func examine(location: SourceLocation = #_sourceLocation) throws -> Diagnosis {
        let result = try command(["doctor", "--format", "json"] + options)
        #expect(result.error.isEmpty, "\(result.error)", sourceLocation: location)
        let diagnosis = try JSONDecoder().decode(Diagnosis.self, from: Data(result.output.utf8))
        #expect(diagnosis.ok == diagnosis.failed.isEmpty, sourceLocation: location)
        #expect(result.status == (diagnosis.ok ? 0 : 1), sourceLocation: location)
        return diagnosis
    }

    /// Whether `run` works under these conditions: with `--once`, or, with a `sign`, until its log contains that.
    func runs(until sign: String? = nil) throws -> (works: Bool, log: String) {
        guard let sign else {
            let result = try command(["run", "--once"] + options)
            return (result.status == 0, result.error)
        }
        let agent = try RunningProcess(line(["run"] + options), in: namespace, environment: environment)
        let works = try eventually("run to begin or to end") {
            agent.error.contains(sign) ? true : agent.isRunning ? nil : false
        }
        agent.signal(SIGTERM)
        agent.wait()
        return (works, agent.error)
    }

    /// Expects that `doctor` and `run` agree under these conditions.
    ///
    /// - Parameters:
    ///   - failing: The check that must fail, alone or as the first of those that follow from it; nil for none.
    ///   - words: Text that the check must contain, in what it found or in its remedy.
    ///   - sign: Text that `run` logs when it works, if it can't run with `--once`.
    ///   - location: Where the test is.
    /// - Returns: The output of `doctor`.
    /// - Throws: When one of them can't be started, or prints something that can't be read.
    @discardableResult
    func expectAgreement(
        failing: String? = nil,
        says words: String...,
        until sign: String? = nil,
        location: SourceLocation = #_sourceLocation
    ) throws -> Diagnosis {
        let diagnosis = try examine(location: location)
        let run = try runs(until: sign)
        #expect(diagnosis.ok == run.works, "\(diagnosis.failed)\n\(run.log)", sourceLocation: location)
        #expect(diagnosis.failed.first?.name == failing, "\(diagnosis.failed)", sourceLocation: location)
        for check in diagnosis.failed {
            #expect(check.remedy?.isEmpty == false, "\(check)", sourceLocation: location)
        }
        if let check = diagnosis.failed.first {
            let text = [check.found, check.remedy, check.command].compactMap(\.self).joined(separator: "\n")
            for word in words {
                #expect(text.contains(word), "\(text)", sourceLocation: location)
            }
        }
        return diagnosis
    }
}
