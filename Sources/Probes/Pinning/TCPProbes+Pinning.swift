internal import BPF
internal import CProbes
internal import FoundationEssentials
internal import Metrics
internal import Readings

extension TCPProbes {
    /// An object that is loaded or adopted, and what was saved of the counters that it goes on with.
    struct Prepared {
        var agent: AgentObject
        /// Nil if the counters begin anew.
        var content: PinnedMemory.Content?
    }

    /// Loads an object, or adopts the pinned one.
    ///
    /// What can't be adopted is replaced by programs that begin anew.
    ///
    /// - Parameters:
    ///   - options: What to observe.
    ///   - loader: Loads it.
    ///   - say: Receives lines for the log.
    /// - Returns: The object, and what its counters go on with.
    /// - Throws: ``ProbeError`` when the kernel refuses.
    static func prepare(
        _ options: AgentObjectOptions,
        by loader: any AgentLoader,
        _ say: (String) -> Void
    ) throws(ProbeError) -> Prepared {
        var options = options
        options.isPinned = loader.pins != nil
        let why: String
        do {
            let agent = AgentObject(options, try loader.load(options), by: loader)
            guard agent.pinned?.isAdopted == true || agent.pinned?.predecessor != nil else {
                return Prepared(agent: agent)
            }
            switch try goOn(with: agent) {
            case .success(let prepared):
                say(prepared.summary)
                return prepared
            case .failure(let reason): why = reason.text
            }
        } catch let error as ProbeError {
            guard options.isPinned else { throw error }
            why = error.description
        } catch {
            why = "\(error)"
        }
        say("counters begin anew, because what is pinned can't be continued: \(why)")
        options.startsAnew = true
        return Prepared(agent: AgentObject(options, try loader.load(options), by: loader))
    }

    private struct Reason: Error {
        var text: String
    }

    private static func goOn(with agent: AgentObject) throws -> Result<Prepared, Reason> {
        if let pinned = agent.pinned, pinned.isAdopted {
            // The agent before this one may have been killed while it passed the word to these programs.
            let word = try GenerationWord(agent.object)
            if try word.value().deciding != pinned.generation { try word.pass(to: pinned.generation) }
            guard try AdoptionTrial.counts(agent) else {
                return .failure(Reason(text: "its programs are not run any more"))
            }
        }
        if let number = agent.pinned?.predecessor, let predecessor = try Predecessor(of: agent, number) {
            agent.predecessor = predecessor
            return .success(Prepared(agent: agent, content: predecessor.content))
        }
        guard let content = try PinnedMemory(agent.object).content() else {
            return .failure(Reason(text: "what its agent has saved is missing or damaged"))
        }
        return .success(Prepared(agent: agent, content: content))
    }

    /// Lets the programs of a new generation count from now on, and takes over what others have counted.
    ///
    /// All programs must be attached.
    ///
    /// - Returns: The generation that counted before; nil if this one did, or nothing is pinned.
    /// - Throws: ``BPFError`` when the kernel refuses.
    func startGeneration(_ prepared: Prepared) throws(BPFError) -> UInt64? {
        guard let pinned = agent.pinned else { return nil }
        var former: UInt64?
        if !pinned.isAdopted {
            // So that another agent can go on, should this one end before its first reading.
            try memory?.save(PinnedMemory.Content(probes: state, series: prepared.content?.series ?? []))
            former = try GenerationWord(agent.object).pass(to: pinned.generation)
        }
        if let predecessor = agent.predecessor, let number = pinned.predecessor {
            carried = try predecessor.carried(isAttributed: attribution != nil)
            try attribution?.takeOver(predecessor)
            try memory?.save(PinnedMemory.Content(probes: state, series: predecessor.content.series))
            if let exported = predecessor.exported { try memory?.save(exported: exported) }
            try Inheritance(predecessor: number, isDone: true).write(to: agent.object)
            // It holds this object, too.
            agent.predecessor = nil
        }
        return former
    }

    /// Ends a generation that could not be set up, and lets the one before it count again.
    func giveUpGeneration(for former: UInt64?) {
        guard let former else { return }
        _ = try? GenerationWord(agent.object).pass(to: former)
        try? agent.removeGenerations(but: former)
    }

    /// What another process that adopts the programs must know of their counters.
    private var state: SavedProbes {
        SavedProbes(epoch: epoch, attribution: attribution?.state, carried: carried)
    }
}

/// What an agent leaves in the kernel for the next one.
extension TCPProbes {
    /// What was saved of the series of the counters that these probes go on with; nil if they begin anew.
    package var savedSeries: [UInt8]? { continued?.series }

    /// Whether programs and counters are pinned.
    package var isPinned: Bool { memory != nil }

    /// Saves the series of the last reading, with all that is needed to go on from there.
    ///
    /// To be called after each reading, before anything of it is exported.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    package func save(series: [UInt8]) throws(ProbeError) {
        do throws(BPFError) {
            try memory?.save(PinnedMemory.Content(probes: state, series: series))
        } catch {
            throw ProbeError(error)
        }
    }

    /// Where exporters save what they need to go on; nil if programs end with this process.
    package var exportMemory: ExportMemory? {
        memory.map { ExportMemory(memory: $0, object: agent.object, isContinued: continued != nil) }
    }
}

/// What exporters leave in the kernel for those of the next agent.
package struct ExportMemory: Sendable {
    fileprivate let memory: PinnedMemory
    /// Owns the map.
    fileprivate let object: LoadedObject
    fileprivate let isContinued: Bool

    /// What was saved after the last exports; nil if nothing was, or the counters begin anew.
    package var saved: [UInt8]? { isContinued ? try? memory.exported() : nil }

    /// Saves what exporters need to go on.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    package func save(_ bytes: [UInt8]) throws(ProbeError) {
        do throws(BPFError) {
            try memory.save(exported: bytes)
        } catch {
            throw ProbeError(error)
        }
    }
}

extension TCPProbes.Prepared {
    /// What the log says of it.
    fileprivate var summary: String {
        let start = content.map { content in
            let seconds = Double(content.probes.epoch.start.unixNanoseconds) / 1_000_000_000
            return " since \(Date(timeIntervalSince1970: seconds).formatted(.iso8601))"
        }
        return agent.predecessor == nil
            ? "adopted the pinned programs, which have counted\(start ?? "")"
            : "took over the counters of another build, which go on\(start ?? "")"
    }
}
