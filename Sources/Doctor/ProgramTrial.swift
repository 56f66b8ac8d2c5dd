import CommandSupport
import Metrics
import Probes
import Readings

/// The result of loading the programs of `run`, and of test connections that they should see.
struct ProgramTrial: Sendable {
    /// Why the kernel's description of its types can't be read; nil if it can.
    var typesError: String?
    /// The programs that the kernel has loaded.
    var programs: [LoadedProgram] = []
    /// Why it has not loaded all.
    var programsError: String?
    /// The reason, as far as it is known.
    var reason: ProbeError.Reason?
    /// What can't be measured on this kernel.
    var limitations: [Limitation] = []
    /// Why loaded probes can't be read.
    var collectionError: String?
    /// The results of the test connections; nil if they could not be looked for.
    var loopback: LoopbackTrial?
    /// The programs of other commands.
    ///
    /// `run` does not need them.
    var others: [Other] = []
    /// Whether sockets are counted without locks, which is held against the kernel's iterator; nil if nothing was
    /// loaded.
    var walks: Bool?
    /// Whether the sockets of all namespaces can be counted; nil if that was not tried.
    var node: NodeScope?
    /// Whether the kernel forbids this process to load programs.
    var isDenied = false
    /// Whether programs are interpreted; false if that is unknown.
    var isInterpreted = false
    /// The number of processors; nil if it is unknown.
    var processors: ProcessorCount?

    /// Whether the sockets of all namespaces can be counted.
    enum NodeScope: Equatable, Sendable {
        /// They can.
        case works
        /// They can't, for this reason.
        case refused(String)
    }

    /// The result of loading another command's programs.
    struct Other: Equatable, Sendable {
        /// The command.
        var command: String
        /// The programs that the kernel has loaded.
        var programs: [LoadedProgram] = []
        /// Why it has not loaded them.
        var error: String?
        /// The reason, as far as it is known.
        var reason: ProbeError.Reason?
    }

    /// Creates an empty result.
    init() {}

    /// Loads and attaches everything that `options` require, and unloads it again.
    ///
    /// Blocks the thread.
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
        others = [trySnapshot(options), tryTrace(options.scope)]
        // Whoever asked for it learns it from the programs of `run`.
        if options.scope == .own { node = Self.tryNode() }
    }

    private static func tryNode() -> NodeScope {
        do throws(ProbeError) {
            _ = try ConnectionGroupProbe(.init(.node)).count()
            return .works
        } catch {
            if case .oneNamespace(let why) = error.reason { return .refused(why) }
            return .refused("\(error)")
        }
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
        walks = probes.walks
        do {
            _ = try probes.read(at: .now).activity.get()
        } catch {
            collectionError = "\(error)"
            return
        }
        var options = options
        // The port identifies the test connection. Loading exactly what `run` loads was just tried.
        let isSplit = !options.ports.insert(.local).inserted
        loopback = try? LoopbackTrial(of: isSplit ? probes : TCPProbes(options, start: .now))
    }

    private func trySnapshot(_ options: TCPProbes.Options) -> Other {
        do throws(ProbeError) {
            let probe = try ConnectionGroupProbe(
                .init(options.scope, by: Set(ConnectionGrouping.allCases), listeners: true)
            )
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
