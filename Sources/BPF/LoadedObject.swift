internal import CLibbpf
internal import CLoading
internal import Glibc

/// A BPF object in the kernel: the descriptors of its maps and programs, which it owns.
///
/// Reading maps, attaching programs and running them needs no privileges from Linux 5.19 on. So the process that has
/// loaded an object can hand it to another one, as a description and descriptors.
///
/// When it goes out of scope, programs that a ``Link`` holds stay attached, but each ``Map`` that it returned becomes
/// invalid.
package final class LoadedObject: Sendable {
    /// What another process must know of an object, besides the descriptors.
    package struct Description: Codable, Hashable, Sendable {
        /// The name of the object.
        var name: String
        /// Its maps, in the order of their descriptors.
        package var maps: [MapDescription]
        /// Its loaded programs, whose descriptors come after those of the maps.
        var programs: [ProgramDescription]

        /// How many descriptors belong to it.
        package var descriptorCount: Int { maps.count + programs.count }
    }

    /// A map, as it was created.
    package struct MapDescription: Codable, Hashable, Sendable {
        var name: String
        /// The number of its kind (`enum bpf_map_type`).
        var kind: UInt32
        /// The sizes in bytes.
        var keySize: Int
        var valueSize: Int
        /// How many entries it may have.
        var capacity: Int

        func isKind(_ kind: bpf_map_type) -> Bool { self.kind == kind.rawValue }

        /// Whether it has a value for each processor.
        var isPerCPU: Bool {
            [
                BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH,
                BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
            ].contains { isKind($0) }
        }
    }

    /// A program.
    struct ProgramDescription: Codable, Hashable, Sendable {
        var name: String
        /// Its section, which names the hook that it attaches to: `tp_btf/inet_sock_set_state`.
        var hook: String
    }

    /// What it consists of.
    package let description: Description
    /// The descriptors in the order of the description; closed by `deinit`.
    package let descriptors: [CInt]
    /// The links of programs that were attached before, by the name of the program; closed by `deinit`.
    let links: [String: CInt]

    /// The name, for messages.
    package var name: String { description.name }

    /// Takes over descriptors, which are closed when the object goes out of scope.
    ///
    /// - Parameters:
    ///   - description: What they are.
    ///   - descriptors: As many as the description says.
    ///   - links: The links of programs that are attached already, by the name of the program.
    package init(_ description: Description, _ descriptors: [CInt], links: [String: CInt] = [:]) {
        self.description = description
        self.descriptors = descriptors
        self.links = links
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
        for link in links.values { close(link) }
    }

    func find(map: String) throws(BPFError) -> (description: MapDescription, descriptor: CInt) {
        guard let index = description.maps.firstIndex(where: { $0.name == map }), descriptors.indices.contains(index)
        else { throw BPFError(operation: "find the map \(map) in \(name)", code: ENOENT) }
        return (description.maps[index], descriptors[index])
    }

    func find(program: String) throws(BPFError) -> (description: ProgramDescription, descriptor: CInt) {
        let found = description.programs.firstIndex { $0.name == program }
        guard let found, descriptors.indices.contains(description.maps.count + found) else {
            throw BPFError(operation: "find the program \(program) in \(name)", code: ENOENT)
        }
        return (description.programs[found], descriptors[description.maps.count + found])
    }
}

extension Object {
    /// What was loaded.
    func description() throws(BPFError) -> LoadedObject.Description {
        var description = LoadedObject.Description(name: name, maps: [], programs: [])
        for name in loadedMaps() {
            let map = try unsafe find(map: name)
            unsafe description.maps.append(
                LoadedObject.MapDescription(
                    name: name,
                    kind: bpf_map__type(map).rawValue,
                    keySize: Int(bpf_map__key_size(map)),
                    valueSize: Int(bpf_map__value_size(map)),
                    capacity: Int(bpf_map__max_entries(map))
                )
            )
        }
        for program in loadedPrograms() {
            description.programs.append(.init(name: program, hook: hook(of: program) ?? ""))
        }
        return description
    }

    /// Duplicates of the descriptors of what was loaded, which stay open when libbpf closes its own.
    ///
    /// - Parameter programs: The programs that were not loaded by libbpf.
    /// - Returns: The descriptors, in the order of ``description()``.
    /// - Throws: ``BPFError`` when there are too many open files.
    func descriptors(_ programs: OpaquePointer?) throws(BPFError) -> [CInt] {
        var descriptors: [CInt] = []
        do throws(BPFError) {
            for map in loadedMaps() {
                descriptors.append(try duplicate(unsafe bpf_map__fd(find(map: map))))
            }
            for program in loadedPrograms() {
                let ours = unsafe CLoading_descriptor(programs, program)
                let its = unsafe ours >= 0 ? ours : bpf_program__fd(try find(program: program))
                descriptors.append(try duplicate(its))
            }
        } catch {
            for descriptor in descriptors { close(descriptor) }
            throw error
        }
        return descriptors
    }

    private func duplicate(_ descriptor: CInt) throws(BPFError) -> CInt {
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard duplicate >= 0 else { throw BPFError(operation: "keep what was loaded of \(name)", code: errno) }
        return duplicate
    }

    /// The maps that the kernel has made, without the sections of constants and variables: only programs use those.
    private func loadedMaps() -> [String] {
        var names: [String] = []
        var next = unsafe bpf_object__next_map(object, nil)
        while let map = unsafe next {
            if unsafe isMade(map), let name = unsafe bpf_map__name(map) {
                unsafe names.append(String(cString: name))
            }
            unsafe next = unsafe bpf_object__next_map(object, map)
        }
        return names
    }

    /// From libbpf 1.4 on, a map that is left out has a descriptor, too, which is not that of a map.
    private func isMade(_ map: OpaquePointer) -> Bool {
        unsafe bpf_map__autocreate(map) && bpf_map__fd(map) >= 0 && !bpf_map__is_internal(map)
    }

    private func loadedPrograms() -> [String] {
        programs.filter { program in
            guard let found = try? unsafe find(program: program) else { return false }
            return unsafe bpf_program__fd(found) >= 0
        }
    }
}
