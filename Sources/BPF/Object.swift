internal import CLibbpf
internal import Glibc

/// A BPF object: the programs and maps compiled from one `.bpf.c` file.
///
/// It owns them: closing it, when it goes out of scope, detaches nothing that a ``Link`` holds but invalidates every
/// ``Map`` that it gave.
@safe
package struct Object: ~Copyable {
    /// libbpf's handle; valid until `deinit` closes it, and never handed out.
    private let object: OpaquePointer

    /// The name, for messages and for the names of the maps that libbpf makes itself.
    package let name: String

    /// Parses an ELF image; nothing reaches the kernel until ``load()``.
    ///
    /// - Parameters:
    ///   - bytes: The image. libbpf copies what it keeps.
    ///   - name: The name of the source, without suffix.
    /// - Throws: ``BPFError`` when the image is no BPF object.
    package init(elf bytes: UnsafeRawBufferPointer, name: String) throws(BPFError) {
        let (opened, log) = unsafe LibbpfLog.capture {
            let object = unsafe name.withCString { name in
                var options = unsafe bpf_object_open_opts()
                unsafe options.sz = MemoryLayout<bpf_object_open_opts>.size
                unsafe options.object_name = name
                return unsafe bpf_object__open_mem(bytes.baseAddress, bytes.count, &options)
            }
            return unsafe (object: object, code: errno)
        }
        guard let object = unsafe opened.object else {
            throw unsafe BPFError(operation: "open \(name)", code: opened.code, log: log)
        }
        unsafe self.object = object
        self.name = name
    }

    deinit {
        unsafe bpf_object__close(object)
    }

    /// Chooses whether ``load()`` loads the program called `program`; all are loaded unless told otherwise.
    ///
    /// - Throws: ``BPFError`` when there is no such program.
    package func setAutoload(_ program: String, _ autoload: Bool) throws(BPFError) {
        let program = try unsafe find(program: program)
        _ = unsafe bpf_program__set_autoload(program, autoload)
    }

    /// Verifies the programs and creates the maps in the kernel.
    ///
    /// - Throws: ``BPFError`` with the verifier's words in its log.
    package func load() throws(BPFError) {
        let (code, log) = LibbpfLog.capture { unsafe bpf_object__load(object) }
        guard code == 0 else { throw BPFError(operation: "load \(name)", code: -code, log: log) }
    }

    /// Attaches a loaded program to the hook that its section names.
    ///
    /// - Throws: ``BPFError`` when there is no such program or the kernel refuses.
    package func attach(_ program: String) throws(BPFError) -> Link {
        let found = try unsafe find(program: program)
        let (attached, log) = unsafe LibbpfLog.capture {
            let link = unsafe bpf_program__attach(found)
            return unsafe (link: link, code: errno)
        }
        guard let link = unsafe attached.link else {
            throw unsafe BPFError(operation: "attach \(program)", code: attached.code, log: log)
        }
        return unsafe Link(link)
    }

    /// Makes an iterator of a loaded program with an `iter/` section.
    ///
    /// - Throws: ``BPFError`` when there is no such program or the kernel refuses.
    package func makeIterator(_ program: String) throws(BPFError) -> Iterator {
        Iterator(link: try attach(program), name: program)
    }

    /// Makes an iterator over the elements of `map` of a loaded program with the section `iter/bpf_map_elem`.
    ///
    /// - Throws: ``BPFError`` when there is no such program or map, or the kernel refuses.
    package func makeIterator(_ program: String, over map: String) throws(BPFError) -> Iterator {
        let (program, name) = (try unsafe find(program: program), program)
        var target = bpf_iter_link_info()
        unsafe target.map.map_fd = unsafe UInt32(clamping: bpf_map__fd(try find(map: map)))
        let (attached, log) = unsafe LibbpfLog.capture {
            // The kernel copies both before this returns.
            let link = unsafe withUnsafeMutablePointer(to: &target) { target in
                var options = unsafe bpf_iter_attach_opts()
                // To the end of the last field: libbpf wants what follows to be zero, which padding need not be.
                unsafe options.sz = 2 * MemoryLayout<Int>.size + MemoryLayout<UInt32>.size
                unsafe options.link_info = unsafe target
                unsafe options.link_info_len = UInt32(MemoryLayout<bpf_iter_link_info>.size)
                return unsafe bpf_program__attach_iter(program, &options)
            }
            return unsafe (link: link, code: errno)
        }
        guard let link = unsafe attached.link else {
            throw unsafe BPFError(operation: "attach \(name) to \(map)", code: attached.code, log: log)
        }
        return unsafe Iterator(link: Link(link), name: name)
    }

    /// The map called `map`, once ``load()`` has made it.
    ///
    /// - Throws: ``BPFError`` when there is none, or when its keys or values have another size than `Key` and `Value`.
    package func map<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ map: String,
        key: Key.Type = Key.self,
        value: Value.Type = Value.self
    ) throws(BPFError) -> Map<Key, Value> {
        let found = try unsafe find(map: map)
        let layout = unsafe (key: Int(bpf_map__key_size(found)), value: Int(bpf_map__value_size(found)))
        guard layout == (MemoryLayout<Key>.stride, MemoryLayout<Value>.stride) else {
            throw BPFError(operation: "match the layout of \(map)", code: EINVAL)
        }
        // A lookup there writes as many values as there are processors, and not one.
        guard unsafe !Self.isPerCPU(bpf_map__type(found)) else {
            throw BPFError(operation: "use \(map), which has values for each processor, as a map of one", code: EINVAL)
        }
        let descriptor = unsafe bpf_map__fd(found)
        guard descriptor >= 0 else { throw BPFError(operation: "use \(map) before it is loaded", code: EBADF) }
        return Map(descriptor: descriptor, name: map)
    }

    private static func isPerCPU(_ type: bpf_map_type) -> Bool {
        [
            BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH,
            BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
        ].contains(type)
    }

    /// The per-CPU array called `map`, once ``load()`` has made it, whose values are counters of 64 bits.
    ///
    /// - Throws: ``BPFError`` when there is none, or its values are no counters.
    package func perCPUArray(_ map: String) throws(BPFError) -> PerCPUArray {
        let found = try unsafe find(map: map)
        let size = unsafe Int(bpf_map__value_size(found))
        guard unsafe bpf_map__type(found) == BPF_MAP_TYPE_PERCPU_ARRAY, size % MemoryLayout<UInt64>.size == 0 else {
            throw BPFError(operation: "use \(map) as counters", code: EINVAL)
        }
        let descriptor = unsafe bpf_map__fd(found)
        guard descriptor >= 0 else { throw BPFError(operation: "use \(map) before it is loaded", code: EBADF) }
        return unsafe PerCPUArray(
            descriptor: descriptor,
            name: map,
            rowCount: Int(bpf_map__max_entries(found)),
            columnCount: size / MemoryLayout<UInt64>.size
        )
    }

    /// The per-CPU hash called `map`, once ``load()`` has made it, whose values are counters of 64 bits.
    ///
    /// - Throws: ``BPFError`` when there is none, its keys are no `Key`, or its values are no counters.
    package func perCPUHash<Key: BitwiseCopyable>(_ map: String, key: Key.Type = Key.self) throws(BPFError)
        -> PerCPUHash<Key>
    {
        let found = try unsafe find(map: map)
        let layout = unsafe (key: Int(bpf_map__key_size(found)), value: Int(bpf_map__value_size(found)))
        guard unsafe bpf_map__type(found) == BPF_MAP_TYPE_PERCPU_HASH, layout.key == MemoryLayout<Key>.stride,
            layout.value % MemoryLayout<UInt64>.size == 0
        else {
            throw BPFError(operation: "use \(map) as counters", code: EINVAL)
        }
        let descriptor = unsafe bpf_map__fd(found)
        guard descriptor >= 0 else { throw BPFError(operation: "use \(map) before it is loaded", code: EBADF) }
        return PerCPUHash(descriptor: descriptor, name: map, columnCount: layout.value / MemoryLayout<UInt64>.size)
    }

    /// Makes a map of this object, before ``load()``, one with that of the same name of another, which is loaded.
    ///
    /// The kernel counts its users, so each object may go first.
    ///
    /// - Throws: ``BPFError`` when one of them has no such map, or they differ.
    package func share(_ map: String, with other: borrowing Object) throws(BPFError) {
        let descriptor = unsafe bpf_map__fd(try other.find(map: map))
        let code = unsafe bpf_map__reuse_fd(try find(map: map), descriptor)
        guard code == 0 else { throw BPFError(operation: "share \(map) of \(other.name) with \(name)", code: -code) }
    }

    /// The sizes in bytes of the keys and values of the map called `map`, loaded or not; `nil` when there is none.
    package func layout(of map: String) -> (key: Int, value: Int)? {
        guard let found = try? unsafe find(map: map) else { return nil }
        return unsafe (Int(bpf_map__key_size(found)), Int(bpf_map__value_size(found)))
    }

    /// What the kernel knows of a loaded program.
    ///
    /// - Throws: ``BPFError`` when there is no such program or it is not loaded.
    package func statistics(of program: String) throws(BPFError) -> ProgramStatistics {
        try unsafe ProgramStatistics(descriptor: bpf_program__fd(find(program: program)), program: program)
    }

    /// Where a program attaches, by its section: `tp_btf/inet_sock_set_state`.
    package func hook(of program: String) -> String? {
        guard let found = try? unsafe find(program: program) else { return nil }
        return unsafe bpf_program__section_name(found).map { unsafe String(cString: $0) }
    }

    func find(program: String) throws(BPFError) -> OpaquePointer {
        guard let found = unsafe bpf_object__find_program_by_name(object, program) else {
            throw BPFError(operation: "find the program \(program) in \(name)", code: ENOENT)
        }
        return unsafe found
    }

    func find(map: String) throws(BPFError) -> OpaquePointer {
        guard let found = unsafe bpf_object__find_map_by_name(object, map) else {
            throw BPFError(operation: "find the map \(map) in \(name)", code: ENOENT)
        }
        return unsafe found
    }
}

extension Object {
    /// Sets a `const volatile` variable before ``load()``; the verifier then sees a constant and drops dead code.
    ///
    /// - Throws: ``BPFError`` when there is no such variable, or it has another size than `value`.
    package func setConstant<Value: BitwiseCopyable>(_ variable: String, to value: Value) throws(BPFError) {
        let missing = BPFError(operation: "set the constant \(variable) of \(name)", code: ENOENT)
        guard let place = variablePlace(variable), place.size == MemoryLayout<Value>.size else { throw missing }
        var size = 0
        let section = unsafe bpf_object__find_map_by_name(object, Self.constants)
        guard let initial = unsafe bpf_map__initial_value(section, &size), place.offset + place.size <= size else {
            throw missing
        }
        var bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: initial, count: size))
        unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe bytes.storeBytes(of: value, toByteOffset: place.offset, as: Value.self)
        }
        let code = unsafe bpf_map__set_initial_value(section, bytes, size)
        guard code == 0 else { throw BPFError(operation: missing.operation, code: -code) }
    }

    private static var constants: String { ".rodata" }

    /// BTF's number for a section of variables; the macro and the enumerator of this name collide in Swift.
    private static var dataSection: UInt32 { 15 }

    /// Where BTF says that a variable of the section of constants stands.
    private func variablePlace(_ variable: String) -> (offset: Int, size: Int)? {
        let types = unsafe bpf_object__btf(object)
        let index = unsafe btf__find_by_name_kind(types, Self.constants, Self.dataSection)
        guard index > 0, let section = unsafe btf__type_by_id(types, UInt32(index)) else { return nil }
        let variables = unsafe UnsafeBufferPointer(start: btf_var_secinfos(section), count: Int(btf_vlen(section)))
        for index in variables.indices {
            let candidate = unsafe variables[index]
            guard let type = unsafe btf__type_by_id(types, candidate.type) else { continue }
            guard let found = unsafe btf__name_by_offset(types, type.pointee.name_off) else { continue }
            guard unsafe String(cString: found) == variable else { continue }
            return (Int(candidate.offset), Int(candidate.size))
        }
        return nil
    }
}
