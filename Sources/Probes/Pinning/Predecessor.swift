internal import BPF
internal import CProbes
internal import Glibc
internal import Readings

/// The generation that another one takes over from: its maps and programs, and what its agent has saved.
struct Predecessor {
    /// What was saved.
    let content: PinnedMemory.Content
    private let agent: AgentObject
    private let object: LoadedObject
    private let names: CounterNames

    /// Opens it.
    ///
    /// It is nil if there is none.
    ///
    /// - Parameter agent: The generation that takes over.
    /// - Throws: ``BPFError`` when what it has left can't be read or understood.
    init?(of agent: AgentObject) throws(BPFError) {
        guard let saved = try agent.openInPredecessor("tcp_saved") else { return nil }
        let damaged = BPFError(
            operation: "take over the counters of another build: read what it has saved",
            code: EINVAL
        )
        let map = LoadedObject.savedMap(saved)
        guard let manifest = try PinManifest.read(from: map), let content = try PinnedMemory(map).content() else {
            throw damaged
        }
        var descriptors: [CInt] = []
        do throws(BPFError) {
            for name in manifest.description.pinNames {
                guard let descriptor = try agent.openInPredecessor(name) else { throw damaged }
                descriptors.append(descriptor)
            }
            for (map, descriptor) in zip(manifest.description.maps, descriptors) { try map.expect(descriptor) }
        } catch {
            for descriptor in descriptors { close(descriptor) }
            throw error
        }
        object = LoadedObject(manifest.description, descriptors)
        (self.agent, self.content, names) = (agent, content, manifest.counters)
    }

    /// Moves counters to their places in this build.
    ///
    /// Those that it does not know are dropped.
    func converted(_ counters: [UInt64]) -> [UInt64] {
        counters.isEmpty ? [] : CounterNames.own.taking(counters, from: names)
    }

    /// The counters of a row of a workload.
    ///
    /// - Throws: ``BPFError`` when it can't be read.
    func row(_ number: UInt32) throws(BPFError) -> [UInt64] {
        let (block, place) = number.quotientAndRemainder(dividingBy: names.rowsPerBlock)
        guard let descriptor = try agent.openInPredecessor(PinName.block(Int(block))) else { return [] }
        defer { close(descriptor) }
        return try CounterRow.read(place, of: descriptor, columnCount: names.size)
    }

    /// What it has counted, in this build's layout.
    ///
    /// Its programs must not count any more.
    ///
    /// - Parameter isAttributed: Whether the flows are in rows of workloads, and not here.
    /// - Returns: What it has counted.
    /// - Throws: ``BPFError`` when it can't be read.
    func carried(isAttributed: Bool) throws(BPFError) -> Carried {
        var carried = content.probes.carried
        if !isAttributed {
            let counted = try names.counters { map throws(BPFError) in
                guard let array = try? object.perCPUArray(map) else { return nil }
                return try array.sums()
            }
            var sums = FlowCounters(converted(carried.counters))
            sums.add(converted(counted))
            carried.counters = sums.counters
        }
        let losses = try object.perCPUArray("tcp_losses").sums()
        for (name, place) in names.losses where losses.indices.contains(place) {
            carried.losses[name, default: 0] &+= losses[place]
        }
        for program in object.description.programNames {
            let statistics = try object.statistics(of: program)
            carried.costs[program, default: .init()].runs &+= statistics.runs
            carried.costs[program, default: .init()].nanoseconds &+= statistics.runNanoseconds
            if object.hook(of: program) == "tp_btf/inet_sock_set_state" {
                carried.recursions &+= statistics.recursionMisses
            }
        }
        return carried
    }
}
