internal import BPF
internal import Glibc

/// What is different for an object that is pinned.
extension AgentObject {
    /// Makes a block of counters, or opens that of an agent before this one.
    ///
    /// - Parameters:
    ///   - shape: Its form.
    ///   - number: Its number; blocks are numbered from 0 on.
    /// - Returns: Its descriptor, which the caller closes.
    /// - Throws: ``BPFError`` when the kernel refuses.
    func makeBlock(_ shape: CounterBlockShape, _ number: Int) throws(BPFError) -> CInt {
        guard let pinned, let pins = loader.pins else { return try loader.makeBlock(shape) }
        let name = PinName.block(number)
        if let block = try? pins.open(name, of: pinned.generation) { return block }
        let block = try loader.makeBlock(shape)
        do throws(BPFError) {
            try pins.pin(block, as: name, of: pinned.generation)
        } catch {
            close(block)
            throw error
        }
        return block
    }

    /// How many blocks of counters the generation has, or the one that it takes over from.
    func pinnedBlockCount() -> Int {
        guard let pinned, let pins = loader.pins else { return 0 }
        var count = 0
        while let block = try? pins.open(PinName.block(count), of: pinned.predecessor ?? pinned.generation) {
            close(block)
            count += 1
        }
        return count
    }

    /// Attaches a program, and pins its link if the object is pinned.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func attach(_ program: String) throws(BPFError) -> Link {
        let link = try object.attach(program)
        guard let pinned, !pinned.isAdopted, let pins = loader.pins else { return link }
        let (name, generation) = (PinName.link(program), pinned.generation)
        try link.withDescriptor { link throws(BPFError) in try pins.pin(link, as: name, of: generation) }
        return link
    }

    /// Opens what is pinned in a generation; nil if nothing is pinned.
    ///
    /// - Throws: ``BPFError`` when there is nothing of this name.
    func open(_ name: String, of generation: UInt64) throws(BPFError) -> CInt? {
        try loader.pins?.open(name, of: generation)
    }

    /// Clears a row that is free in the generation that this one takes over from.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func clearInPredecessor(_ row: UInt32) throws(BPFError) {
        try predecessor?.clear(row)
    }

    /// Opens what is pinned in this generation; nil if nothing is.
    ///
    /// - Throws: ``BPFError`` when there is nothing of this name.
    func openPin(_ name: String) throws(BPFError) -> CInt? {
        guard let pinned, let pins = loader.pins else { return nil }
        return try pins.open(name, of: pinned.generation)
    }

    /// Removes all generations but one.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func removeGenerations(but generation: UInt64) throws(BPFError) {
        try loader.pins?.removeAll(but: generation)
    }
}
