internal import BPF
internal import CProbes
internal import FoundationEssentials
internal import Glibc

extension PinDirectory {
    /// A generation that is complete.
    private struct Generation {
        var number: UInt64
        var manifest: PinManifest
        var inheritance: Inheritance?
    }

    /// The maps that a build takes over from another one if they have the same layout there.
    ///
    /// Those of a group belong together.
    private static let sharedGroups = [
        ["tcp_slots", "tcp_slot_blocks", "tcp_pass"], ["tcp_rows", "tcp_free_rows"],
        ["tcp_time_waits"], ["tcp_drops"], ["tcp_responses"], ["tcp_last_reads"], ["tcp_syn_acks"],
    ]
    /// Without these, counters can't be taken over either: user space has no other memory of what they count.
    private static let needed = ["tcp_rows", "tcp_free_rows", "tcp_drops", "tcp_responses"]

    /// Adopts the generation that counts, if it is what would be loaded, or loads another one.
    ///
    /// - Parameter options: What to observe.
    /// - Returns: What is in the kernel. The programs of another generation are not attached, and count nothing yet.
    /// - Throws: ``BPFError`` when the kernel refuses.
    func load(_ options: AgentObjectOptions) throws(BPFError) -> LoadedAgent {
        let found = try survey()
        if let counting = found.counting, counting.manifest.build == options.build, !options.startsAnew {
            return try adopt(counting)
        }
        let number = found.last + 1
        do throws(BPFError) {
            return try loadNew(options, number, found)
        } catch {
            // Nothing of it is left attached.
            try? remove(number)
            throw error
        }
    }

    private func loadNew(_ options: AgentObjectOptions, _ number: UInt64, _ found: Survey) throws(BPFError)
        -> LoadedAgent
    {
        var (predecessor, reason): (Generation?, String?) = (nil, found.reason)
        if let counting = found.counting, !options.startsAnew {
            let isSame = counting.manifest.subject == options.subject
            predecessor = isSame ? counting : nil
            reason = isSame ? nil : "what is pinned counts for others (\(counting.manifest.subject))"
        }
        var layouts: [String: UInt64] = [:]
        var takesOver = false
        let loaded = try LoadedAgent(options, kernel: KernelFeatures()) { object throws(BPFError) in
            try object.setConstant("own_generation", to: number)
            layouts = object.layouts()
            try self.reuseShared(object)
            guard let predecessor else { return }
            takesOver = try self.reuse(predecessor, layouts, object)
        }
        do throws(PinError) {
            try make(number)
        } catch {
            throw BPFError(error)
        }
        try loaded.object.pin(in: directory(of: number))
        try pinShared(loaded.object)
        let manifest = PinManifest(
            boot: Self.boot,
            build: options.build,
            subject: options.subject,
            facts: loaded.facts,
            description: loaded.object.description,
            layouts: layouts,
            counters: .own
        )
        try manifest.write(to: loaded.object)
        let source = takesOver ? predecessor?.number : nil
        if predecessor != nil, !takesOver { reason = "what is pinned has another layout" }
        if let source { try Inheritance(predecessor: source).write(to: loaded.object) }
        return LoadedAgent(
            loaded.facts,
            loaded.object,
            Pinned(generation: number, isAdopted: false, predecessor: source, reason: reason)
        )
    }

    /// What is in the directory.
    private struct Survey {
        /// The generation that counts, if any.
        var counting: Generation?
        /// The highest number that there has been.
        var last: UInt64
        /// Why a generation that was there can't be used.
        var reason: String?
    }

    /// Finds the generation that counts, and removes all that nobody needs.
    private func survey() throws(BPFError) -> Survey {
        do throws(PinError) {
            let numbers = try self.numbers()
            let word = (try? LoadedObject.shared(in: shared)).flatMap { shared in
                withExtendedLifetime(shared) { try? GenerationWord(shared).value().counting }
            }
            let counting = word.flatMap { generation($0) }
            var needed: Set<UInt64> = []
            var next = counting
            while let generation = next, needed.insert(generation.number).inserted {
                // One that has not taken over yet still needs the one before it.
                next = generation.inheritance.flatMap { $0.isDone ? nil : self.generation($0.predecessor) }
            }
            for number in numbers where !needed.contains(number) { try remove(number) }
            let wasThere = word ?? 0 > 0 && counting == nil || word == nil && !numbers.isEmpty
            return Survey(
                counting: counting,
                last: max(numbers.last ?? 0, word ?? 0),
                reason: wasThere ? "what is pinned is damaged, or of another boot or version" : nil
            )
        } catch {
            throw BPFError(error)
        }
    }

    private func generation(_ number: UInt64) -> Generation? {
        guard let object = try? LoadedObject.saved(in: directory(of: number)),
            let manifest = try? PinManifest.read(from: object), manifest.boot == Self.boot
        else { return nil }
        return Generation(number: number, manifest: manifest, inheritance: try? Inheritance.read(from: object))
    }

    private func adopt(_ generation: Generation) throws(BPFError) -> LoadedAgent {
        let description = generation.manifest.description
        let object = try LoadedObject(
            description,
            links: description.eventPrograms,
            in: directory(of: generation.number)
        )
        let source = generation.inheritance.flatMap { $0.isDone ? nil : $0.predecessor }
        let pinned = Pinned(generation: generation.number, isAdopted: true, predecessor: source)
        return LoadedAgent(generation.manifest.facts, object, pinned)
    }

    private static let sharedMaps = ["tcp_generation", "tcp_decided"]

    private func reuseShared(_ object: borrowing Object) throws(BPFError) {
        guard let shared = try? LoadedObject.shared(in: shared) else {
            // One of the two alone is of no use.
            for name in Self.sharedMaps { _ = unsafe unlink("\(self.shared)/\(name)") }
            return
        }
        for (map, descriptor) in zip(shared.description.mapNames, shared.descriptors) {
            try object.reuse(map, descriptor)
        }
    }

    private func pinShared(_ object: LoadedObject) throws(BPFError) {
        for name in Self.sharedMaps {
            do throws(BPFError) {
                try Pin.keep(try object.descriptor(of: name), at: "\(shared)/\(name)")
            } catch {
                guard error.code == EEXIST else { throw error }
            }
        }
    }

    /// Takes over the maps of another generation that have the same layout.
    ///
    /// - Returns: Whether its counters can be taken over, too. If not, none of its maps is used.
    private func reuse(_ generation: Generation, _ layouts: [String: UInt64], _ object: borrowing Object)
        throws(BPFError) -> Bool
    {
        let others = generation.manifest.layouts
        func isSame(_ map: String) -> Bool { layouts[map] == others[map] }
        // A map that only one of them has belongs to something that only one of them measures.
        guard Self.needed.allSatisfy({ layouts[$0] == nil || others[$0] == nil || isSame($0) }) else { return false }
        for group in Self.sharedGroups where group.allSatisfy(isSame) {
            for map in group where layouts[map] != nil {
                let descriptor = try open(map, of: generation.number)
                defer { close(descriptor) }
                try object.reuse(map, descriptor)
            }
            if group.contains("tcp_slots") { try object.setConstant("shares_slots", to: true) }
        }
        return true
    }

    /// The id of this boot.
    ///
    /// A BPF file system does not outlive it, but its name may be in a file system that does.
    private static let boot =
        (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? "unknown"
}

extension AgentObjectOptions {
    /// Who has the same one loads the same object.
    fileprivate var build: String {
        let image = unsafe FNV.hash(EmbeddedObject.agent.bytes)
        let parts = [
            "\(image)", subject, ports.map(\.rawValue).sorted().joined(separator: ","), "\(rttPeriod)",
            "\(responseTime)", "\(connectionLimit ?? 0)", "\(EphemeralPorts.current())", "\(SYNBacklog.current())",
        ]
        return parts.joined(separator: "; ")
    }

    /// Who has the same one counts the same.
    fileprivate var subject: String { "namespace \(namespace), workloads \(workloads ?? 0)" }
}
