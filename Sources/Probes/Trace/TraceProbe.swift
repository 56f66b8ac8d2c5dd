internal import BPF
internal import CProbes
internal import Readings

/// Reads every change of a socket's state from a ring buffer.
///
/// The programs are loaded only as long as this object lives.
package final class TraceProbe {
    /// The lost events, by reason.
    package struct Losses: Hashable, Sendable {
        /// There was no room in the ring buffer, because its reader was too slow.
        package var ringFull: UInt64 = 0
        /// The program was already running on that CPU.
        package var recursion: UInt64 = 0
        /// A socket was not in the state that it was last seen to enter, and no other reason explains that.
        package var unseen: UInt64 = 0
        /// Not lost, but without durations: connections that found no room to be remembered.
        package var unremembered: UInt64 = 0

        /// Creates losses; zero by default.
        package init(ringFull: UInt64 = 0, recursion: UInt64 = 0, unseen: UInt64 = 0, unremembered: UInt64 = 0) {
            (self.ringFull, self.recursion, self.unseen) = (ringFull, recursion, unseen)
            self.unremembered = unremembered
        }

        /// How many events were lost.
        package var total: UInt64 { ringFull &+ recursion &+ unseen }
    }

    /// The allowed sizes of the ring buffer in bytes; powers of two.
    package static let bufferSizes = 1 << 16...1 << 30
    /// The default size, which holds one second of 50 000 changes a second.
    package static let standardBufferSize = 1 << 23
    /// The reader is woken when one part in this many of the ring buffer is full.
    private static let wakeShare = 4

    /// The programs that run.
    package let programs: [String]
    /// What can't be measured on this kernel.
    package let limitations: [Limitation]

    private let filter: TraceFilter
    private let object: LoadedObject
    private let ring: RingBuffer<trace_event>
    private let clock: KernelClock
    private var attached: [AttachedProgram] = []
    private var ports = LatePorts()
    /// The last result of ``losses()``.
    ///
    /// Counters never decrease.
    private var gaps = Gaps()
    private var interruptions = Interruptions()

    private static let full = ["trace_change", "trace_nested_change", "trace_retransmitted_synack"]
    private static let plain = ["trace_change_alone"]
    private static let finding = "find_local_port"
    private static let readingClock = "read_clock"

    /// Loads and attaches `bpf/trace.bpf.c`, with those of its programs that the kernel can run.
    ///
    /// - Parameters:
    ///   - filter: Which changes to report.
    ///   - scope: Which connections to observe.
    ///   - bufferSize: How many bytes of events may wait to be read: a power of two in ``bufferSizes``.
    /// - Throws: ``ProbeError`` when the kernel refuses.
    package convenience init(
        _ filter: TraceFilter,
        scope: ObservationScope = .own,
        bufferSize: Int = standardBufferSize
    )
        throws(ProbeError)
    {
        do throws(BPFError) {
            try self.init(filter, namespace: scope.namespace(), bufferSize: bufferSize)
        } catch {
            throw ProbeError(error)
        }
    }

    private init(_ filter: TraceFilter, namespace: UInt32, bufferSize: Int) throws(BPFError) {
        let features = try ProgramFeatures()
        let (finds, limitation) = try Self.canFindPorts(features)
        programs = features.atomics ? Self.full : Self.plain
        limitations = [limitation].compactMap(\.self)
        let loaded = programs + (finds ? [Self.finding] : []) + [Self.readingClock]
        let parsed = try features.object(.trace)
        try parsed.choose(loaded)
        try parsed.setConstant("observed_netns", to: namespace)
        try parsed.setConstant("reads_kernel_memory", to: features.kernelMemory)
        try parsed.setConstant("filter", to: filter.kernel(choosable: TraceFilter.choosablePorts()))
        try parsed.setConstant("wake_step", to: UInt64(bufferSize / Self.wakeShare))
        try parsed.setCapacity(UInt32(clamping: bufferSize), of: "tcp_events")
        let object = try parsed.load()
        let time: Map<UInt32, UInt64> = try object.map("tcp_clock")
        clock = try KernelClock(comparedWith: { () throws(BPFError) in
            try object.run(Self.readingClock)
            return try time.value(of: 0) ?? 0
        })
        ring = try object.ringBuffer("tcp_events")
        attached = try AttachedProgram.attach(programs, of: object)
        self.object = object
        self.filter = filter
    }

    /// Whether a socket can be looked up for the port that the kernel has chosen, and if not, why.
    private static func canFindPorts(_ features: ProgramFeatures) throws(BPFError) -> (Bool, Limitation?) {
        let lost = "no local port until connected"
        guard features.atomics else { return (false, .noAtomics("no durations, and \(lost)")) }
        guard try ProgramFeature.callable.isAvailable() else {
            return (false, Limitation(.version, "no programs that can be run on demand on this kernel: \(lost)"))
        }
        // Two features let a program look up a socket outside its event: this one, and the other (since 6.2).
        if features.kernelMemory { return (true, nil) }
        guard features.kernelFunctions else { return (false, .lockdown(lost)) }
        let canCast = try KernelBTF.hasFunction("bpf_rdonly_cast")
        return (canCast, canCast ? nil : .lockdown(lost))
    }

    /// The programs that run, and what they are attached to.
    package var loadedPrograms: [LoadedProgram] { LoadedProgram.list(programs, of: object) }

    /// Blocks the thread until many bytes wait to be read, but no longer than `limit`.
    package func wait(upTo limit: Duration) {
        ring.wait(upTo: limit)
    }

    /// Takes the waiting events, oldest first.
    ///
    /// `isMore` says whether there are more.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    package func read() throws(ProbeError) -> (changes: [StateChange], isMore: Bool) {
        do throws(BPFError) {
            let batch = try ring.read()
            let isMore = batch.count == RingBuffer<trace_event>.batchSize
            return (changes(ports.complete(batch, isDrained: !isMore, ask: askForPort)), isMore)
        } catch {
            throw ProbeError(error)
        }
    }

    /// Detaches the programs.
    ///
    /// Events that they recorded can still be read.
    package func detach() {
        attached = []
    }

    /// Takes the incomplete events that ``read()`` has held back.
    ///
    /// Called when no more events will come.
    package func finish() -> [StateChange] {
        changes(ports.finish())
    }

    /// What has been lost so far.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    package func losses() throws(ProbeError) -> Losses {
        do throws(BPFError) {
            let losses = try object.losses(of: Array(programs.prefix(1)))
            let turns = try object.perCPUArray("tcp_turns").sums()
            interruptions.note(
                missed: losses[.recursion] ?? 0,
                nested: turns.first ?? 0,
                observed: turns.count > 1 ? turns[1] : 0
            )
            gaps.note(losses[.unseen] ?? 0, recursions: interruptions.missed)
            return Losses(
                ringFull: losses[.ringFull] ?? 0,
                recursion: max(interruptions.own, gaps.recursion),
                unseen: gaps.unseen,
                unremembered: losses[.mapFull] ?? 0
            )
        } catch {
            throw ProbeError(error)
        }
    }

    private func askForPort(_ event: trace_event) -> LatePorts.Answer {
        var request = trace_port(socket: event.socket, cookie: event.cookie, port: 0, gone: 0)
        // Without the program the port stays unknown. That was logged at the start.
        guard (try? object.run(Self.finding, on: &request)) != nil, request.gone == 0 else { return .gone }
        return request.port == 0 ? .notYet : .port(UInt16(truncatingIfNeeded: request.port))
    }

    /// Gives events the time of the wall clock, and leaves out those whose port turns out to be unwanted.
    private func changes(_ events: [trace_event]) -> [StateChange] {
        let zero = clock.zeroSinceEpoch()
        var changes: [StateChange] = []
        changes.reserveCapacity(events.count)
        for event in events
        where !event.isOpening || filter.accepts(latePort: event.local_port, peerPort: event.peer_port) {
            changes.append(StateChange(event, zeroSinceEpoch: zero))
        }
        return changes
    }
}
