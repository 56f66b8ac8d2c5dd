import CommandSupport
import Metrics
import Probes
import Readings

/// What became of the programs that `run` would load, and of a connection that was made for them to be seen.
struct ProgramTrial: Sendable {
    /// Why the kernel's description of its types can't be read; nil when it can.
    var typesError: String?
    /// The programs that the kernel has taken.
    var programs: [LoadedProgram] = []
    /// Why it has not taken all.
    var programsError: String?
    /// Why it has not, as far as that can be told.
    var reason: ProbeError.Reason?
    /// What can't be had here.
    var limitations: [Limitation] = []
    /// Why probes that are loaded can't be read.
    var collectionError: String?
    /// What became of the connections; nil when none could be looked for.
    var loopback: LoopbackTrial?
    /// The programs of other commands, which `run` does not need.
    var others: [Other] = []
    /// Whether the kernel forbids to load programs.
    var isDenied = false
    /// Whether programs are interpreted, as far as the kernel can be asked.
    var isInterpreted = false
    /// How many processors there are; nil when that can't be asked.
    var processors: ProcessorCount?

    /// What became of the programs of another command.
    struct Other: Equatable, Sendable {
        /// The command.
        var command: String
        /// The programs that the kernel has taken.
        var programs: [LoadedProgram] = []
        /// Why it has not taken them.
        var error: String?
        /// The same, as far as it can be told.
        var reason: ProbeError.Reason?
    }

    /// Creates a trial of nothing.
    init() {}

    /// Loads and attaches everything that `options` want, and lets it go again; blocks the thread.
    init(_ options: TCPProbes.Options) {
        do {
            try KernelTypes.check()
        } catch {
            typesError = "\(error)"
            isDenied = error.isDenial
            return
        }
        processors = ProcessorCount.current()
        isInterpreted = ProgramCompiler.isOff()
        tryProbes(options)
        guard !isDenied else { return }
        others = [trySnapshot(), tryTrace(options.scope)]
    }

    private mutating func tryProbes(_ options: TCPProbes.Options) {
        let probes: TCPProbes
        do {
            var loaded: [LoadedProgram] = []
            defer { programs = loaded }
            probes = try TCPProbes(options, start: .now) { loaded += $0 }
        } catch {
            programsError = "\(error)"
            reason = error.reason
            isDenied = error.isDenial
            return
        }
        limitations = probes.limitations
        do {
            _ = try probes.read(at: .now).activity.get()
        } catch {
            collectionError = "\(error)"
            return
        }
        var options = options
        // By its port a connection is told from those of others, however many they are; what run would load was just tried.
        let isSplit = !options.ports.insert(.local).inserted
        loopback = try? LoopbackTrial(of: isSplit ? probes : TCPProbes(options, start: .now))
    }

    private func trySnapshot() -> Other {
        do throws(ProbeError) {
            let probe = try ConnectionGroupProbe(by: Set(ConnectionGrouping.allCases), listeners: true)
            return Other(command: "snapshot", programs: probe.loadedPrograms)
        } catch {
            return Other(command: "snapshot", error: "\(error)", reason: error.reason)
        }
    }

    private mutating func tryTrace(_ scope: ObservationScope) -> Other {
        do throws(ProbeError) {
            let probe = try TraceProbe(TraceFilter(), scope: scope)
            limitations += probe.limitations.map { Limitation($0.cause, "trace: \($0)") }
            return Other(command: "trace", programs: probe.loadedPrograms)
        } catch {
            return Other(command: "trace", error: "\(error)", reason: error.reason)
        }
    }
}
