internal import BPF
internal import CProbes
internal import Glibc
internal import Readings

/// The generation that another one takes over from: its maps and programs, and what its agent has saved.
///
/// If that generation has not taken over from the one before it, because its agent was killed, both are taken over.
final class Predecessor {
    /// What was saved.
    let content: PinnedMemory.Content
    /// What exporters have saved.
    let exported: [UInt8]?
    private let agent: AgentObject
    private let number: UInt64
    private let object: LoadedObject
    private let names: CounterNames
    private let before: Predecessor?
    /// The block of the last row, because most rows of a block are asked for one after the other.
    private var opened: (block: UInt32, descriptor: CInt)?

    /// Opens it.
    ///
    /// It is nil if nothing is pinned.
    ///
    /// - Parameters:
    ///   - agent: The generation that takes over.
    ///   - number: The generation that it takes over from.
    /// - Throws: ``BPFError`` when what it has left can't be read or understood.
    init?(of agent: AgentObject, _ number: UInt64) throws(BPFError) {
        guard let saved = try agent.open("tcp_saved", of: number) else { return nil }
        let map = LoadedObject.savedMap(saved)
        guard let manifest = try PinManifest.read(from: map), let content = try PinnedMemory(map).content() else {
            throw Self.damaged
        }
        let inheritance = try Inheritance.read(from: map)
        if let inheritance, !inheritance.isDone {
            before = try Predecessor(of: agent, inheritance.predecessor)
        } else {
            before = nil
        }
        let ownExported = try PinnedMemory(map).exported()
        exported = before?.exported ?? ownExported
        object = try Self.object(manifest.description, agent, number)
        names = manifest.counters
        (self.agent, self.number) = (agent, number)
        // What a generation saved before it took over is not yet what it has counted.
        self.content = before?.content ?? content
    }

    deinit {
        if let opened { close(opened.descriptor) }
    }

    private static let damaged = BPFError(
        operation: "take over the counters of another build: read what it has saved",
        code: EINVAL
    )

    private static func object(
        _ description: LoadedObject.Description,
        _ agent: AgentObject,
        _ number: UInt64
    ) throws(BPFError) -> LoadedObject {
        var descriptors: [CInt] = []
        do throws(BPFError) {
            for name in description.pinNames {
                guard let descriptor = try agent.open(name, of: number) else { throw damaged }
                descriptors.append(descriptor)
            }
            for (map, descriptor) in zip(description.maps, descriptors) { try map.expect(descriptor) }
        } catch {
            for descriptor in descriptors { close(descriptor) }
            throw error
        }
        return LoadedObject(description, descriptors)
    }

    /// Moves saved counters to their places in this build.
    ///
    /// Those that it does not know are dropped.
    func converted(saved counters: [UInt64]) -> [UInt64] {
        before?.converted(saved: counters) ?? converted(counters)
    }

    private func converted(_ counters: [UInt64]) -> [UInt64] {
        counters.isEmpty ? [] : CounterNames.own.taking(counters, from: names)
    }

    /// The counters of a row of a workload, in this build's layout.
    ///
    /// - Throws: ``BPFError`` when it can't be read.
    func row(_ row: UInt32) throws(BPFError) -> [UInt64] {
        var sums = FlowCounters(try before?.row(row) ?? [])
        try withBlock(of: row) { block, place throws(BPFError) in
            sums.add(converted(try CounterRow.read(place, of: block, columnCount: names.size)))
        }
        return sums.counters
    }

    /// Sets the counters of a row to zero.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func clear(_ row: UInt32) throws(BPFError) {
        try before?.clear(row)
        try withBlock(of: row) { block, place throws(BPFError) in
            try CounterRow.clear(place, of: block, columnCount: names.size)
        }
    }

    /// Passes the block of a row to `body`, if the generation has it.
    private func withBlock(of row: UInt32, _ body: (CInt, UInt32) throws(BPFError) -> Void) throws(BPFError) {
        let (block, place) = row.quotientAndRemainder(dividingBy: max(names.rowsPerBlock, 1))
        if opened?.block != block {
            if let opened { close(opened.descriptor) }
            opened = nil
            do throws(BPFError) {
                opened = try agent.open(PinName.block(Int(block)), of: number).map { (block, $0) }
            } catch {
                guard error.code != ENOENT else { return }
                throw error
            }
        }
        if let opened { try body(opened.descriptor, place) }
    }

    /// What it has counted, in this build's layout.
    ///
    /// Its programs must not count any more.
    ///
    /// - Parameter isAttributed: Whether the flows are in rows of workloads, and not here.
    /// - Returns: What it has counted.
    /// - Throws: ``BPFError`` when it can't be read.
    func carried(isAttributed: Bool) throws(BPFError) -> Carried {
        var carried: Carried
        if let before {
            carried = try before.carried(isAttributed: isAttributed)
        } else {
            carried = content.probes.carried
            carried.counters = converted(carried.counters)
        }
        if !isAttributed {
            var sums = FlowCounters(carried.counters)
            let object = object
            sums.add(
                converted(
                    try names.counters { map throws(BPFError) in
                        guard let array = try? object.perCPUArray(map) else { return nil }
                        return try array.sums()
                    }
                )
            )
            carried.counters = sums.counters
        }
        try addUpkeep(to: &carried)
        return carried
    }

    private func addUpkeep(to carried: inout Carried) throws(BPFError) {
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
    }
}
