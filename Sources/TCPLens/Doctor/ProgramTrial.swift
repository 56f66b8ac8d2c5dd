import Metrics
import Probes

/// What became of the programs that `run` would load, and of a connection that was made for them to be seen.
struct ProgramTrial: Sendable {
    /// Why the kernel's description of its types can't be read; nil when it can.
    private(set) var typesError: String?
    /// The programs that the kernel has taken.
    private(set) var programs: [LoadedProgram] = []
    /// Why it has not taken all.
    private(set) var programsError: String?
    /// What this kernel can't give.
    private(set) var limitations: [String] = []
    /// What became of the connections.
    private(set) var loopback: LoopbackTrial?
    /// Why probes that are loaded can't be read.
    private(set) var passError: String?
    /// The programs of `trace`, which `run` does not need.
    private(set) var tracePrograms: [LoadedProgram] = []
    /// Why the kernel has not taken them.
    private(set) var traceError: String?
    /// Whether the kernel forbids to load programs.
    private(set) var isDenied = false

    /// Loads and attaches everything that `options` want, and lets it go again; blocks the thread.
    init(_ options: TCPProbes.Options) {
        do {
            try KernelTypes.check()
        } catch {
            typesError = "\(error)"
            isDenied = error.isDenial
            return
        }
        var options = options
        // By its port the connection is told from those of others, however many they are.
        options.ports.insert(.local)
        tryProbes(options)
        tryTrace(options.scope)
    }

    private mutating func tryProbes(_ options: TCPProbes.Options) {
        let probes: TCPProbes
        do {
            var loaded: [LoadedProgram] = []
            defer { programs = loaded }
            probes = try TCPProbes(options, start: .now) { loaded += $0 }
        } catch {
            programsError = "\(error)"
            isDenied = error.isDenial
            return
        }
        limitations = probes.limitations
        do {
            loopback = try LoopbackTrial(of: probes)
            _ = try probes.metrics(at: .now)
        } catch {
            passError = "\(error)"
        }
    }

    private mutating func tryTrace(_ scope: ObservationScope) {
        do {
            let probe = try TraceProbe(TraceFilter(), scope: scope)
            tracePrograms = probe.loadedPrograms
            limitations += probe.limitations.map { "trace: \($0)" }
        } catch {
            traceError = "\(error)"
        }
    }
}
