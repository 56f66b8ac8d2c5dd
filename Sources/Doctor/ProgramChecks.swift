import Probes
import Rendering

/// The checks of programs, made from the result of loading them.
struct ProgramChecks {
    /// The result of loading them.
    var trial: ProgramTrial

    /// The checks; empty if programs can't be loaded at all.
    var checks: [Check] {
        guard trial.typesError == nil else { return [] }
        return loaded + refused + lost + seen + others
    }

    private var loaded: [Check] {
        trial.programs.map { program in
            // These are run by the agent, at each pass.
            let isAttached = program.hook != "raw_tp"
            return .ok("program \(program.name)", isAttached ? "loaded, attached to \(program.hook)" : "loaded")
        }
    }

    private var refused: [Check] {
        guard let error = trial.programsError else { return [] }
        return [.failed("programs", error, trial.isDenied ? Self.denied : trial.reason?.remedy ?? Self.unknown)]
    }

    private var lost: [Check] {
        trial.limitations.map { .warning("missing here", $0.description, $0.cause.remedy) }
    }

    private var seen: [Check] {
        if let error = trial.collectionError {
            return [.failed("collection", error, Check.Remedy("Try it once more", "sudo tcplens snapshot"))]
        }
        guard let loopback = trial.loopback else { return [] }
        return loopback.results.map { address, result in
            let name = "connection to \(address)"
            switch result {
            case .seen:
                return .ok(name, "made, found by the pass, counted by the tracepoint")
            case .notCounted:
                return .failed(name, "made, but the pass over all connections does not find it", Self.report)
            case .notFollowed:
                return .failed(name, "made, but the tracepoint's program did not count it", Self.report)
            case .notMade(let reason):
                // Without IPv6 such connections don't exist.
                guard !address.contains(":") else { return .ok(name, "not tried: \(reason)") }
                let remedy = Check.Remedy("Is the loopback interface up?", "sudo ip link set lo up")
                return .warning(name, "\(reason), so it is unknown whether one would be seen", remedy)
            }
        }
            + [.ok("pass", "\(loopback.connectionCount) connections in \(loopback.passText)")]
    }

    private var others: [Check] {
        trial.others.map { other in
            let name = "programs of \(other.command)"
            guard let error = other.error else {
                return .ok(name, "\(other.programs.map(\.name).joined(separator: ", ")): loaded, attached")
            }
            let remedy = Check.Remedy("'tcplens \(other.command)' does not work here; run does not need it")
            return .warning(name, error, remedy)
        }
    }

    private static let denied = Check.Remedy("What is missing is shown above")
    private static let unknown = Check.Remedy("The kernel's log may say more", "sudo dmesg | tail")
    private static let report = Check.Remedy("This is a defect of tcplens on this kernel: please report it", "uname -a")
}

extension LoopbackTrial {
    /// The duration of the pass as text.
    fileprivate var passText: String {
        let (seconds, attoseconds) = passDuration.components
        return DurationText.text(UInt64(clamping: seconds) &* 1_000_000_000 &+ UInt64(attoseconds / 1_000_000_000))
    }
}
