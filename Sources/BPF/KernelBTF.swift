internal import CLibbpf
internal import CLoading
internal import Glibc

/// The kernel's description of its own types, which CO-RE and typed tracepoints need.
@safe
package struct KernelBTF: ~Copyable {
    /// The file in which the kernel publishes it.
    package static let path = "/sys/kernel/btf/vmlinux"

    /// Whether the file exists and is readable.
    package static var isAvailable: Bool {
        unsafe access(path, R_OK) == 0
    }

    /// BTF's number for a typedef; the macro and the enumerator of this name collide in Swift.
    private static let typedef: UInt32 = 8

    /// BTF's number for a structure.
    private static let structure: UInt32 = 4

    /// BTF's number for a function.
    private static let function: UInt32 = 12

    /// libbpf's handle; valid until `deinit` frees it, and never handed out.
    private let types: OpaquePointer

    /// Reads the description, which takes some megabytes of memory until it goes out of scope.
    ///
    /// - Throws: ``BPFError`` when the kernel has none.
    package init() throws(BPFError) {
        let (read, log) = unsafe LibbpfLog.capture {
            let types = unsafe btf__load_vmlinux_btf()
            return unsafe (types: types, code: errno)
        }
        guard let types = unsafe read.types else {
            throw unsafe BPFError(operation: "read the kernel's BTF", code: read.code, log: log)
        }
        unsafe self.types = types
    }

    deinit {
        unsafe btf__free(types)
    }

    /// Whether this kernel has a function of that name.
    ///
    /// - Throws: ``BPFError`` when the kernel describes no types.
    package static func hasFunction(_ name: String) throws(BPFError) -> Bool {
        let types = try unsafe read(name)
        defer { unsafe CLoading_freeTypes(types) }
        return unsafe CLoading_typeNumber(types, name, function) > 0
    }

    /// Whether a structure of this kernel has a member of that name; not in another structure inside it.
    ///
    /// - Throws: ``BPFError`` when the kernel describes no types.
    package static func has(member: String, of structure: String) throws(BPFError) -> Bool {
        let few = try unsafe read(structure)
        defer { unsafe CLoading_freeTypes(few) }
        var size: UInt32 = 0
        let bytes = unsafe CLoading_keptTypes(few, &size)
        guard let types = unsafe btf__new(bytes, size) else {
            throw BPFError(operation: "read the kernel's BTF", code: errno)
        }
        defer { unsafe btf__free(types) }
        let index = unsafe btf__find_by_name_kind(types, structure, Self.structure)
        guard index > 0, let type = unsafe btf__type_by_id(types, UInt32(index)) else { return false }
        let members = unsafe UnsafeBufferPointer(start: btf_members(type), count: Int(btf_vlen(type)))
        return unsafe members.contains { candidate in
            guard let name = unsafe btf__name_by_offset(types, candidate.name_off) else { return false }
            return unsafe String(cString: name) == member
        }
    }

    /// Reads the types of one name, which takes milliseconds and little memory.
    private static func read(_ name: String) throws(BPFError) -> OpaquePointer {
        let types = unsafe name.withCString { name in
            var names: [UnsafePointer<CChar>?] = unsafe [name]
            return unsafe CLoading_readTypes(path, nil, &names, 1)
        }
        guard let types = unsafe types else { throw BPFError(operation: "read the kernel's BTF", code: errno) }
        return unsafe types
    }

    /// How many arguments the event of a tracepoint has, or `nil` when this kernel has no such tracepoint.
    ///
    /// The kernel describes an event as a function, `btf_trace_NAME`, with one additional argument for its own data.
    package func argumentCount(ofTracepoint name: String) -> Int? {
        let index = unsafe btf__find_by_name_kind(types, "btf_trace_\(name)", Self.typedef)
        guard index > 0, let alias = unsafe btf__type_by_id(types, UInt32(index)) else { return nil }
        guard let pointer = unsafe btf__type_by_id(types, alias.pointee.type) else { return nil }
        guard let function = unsafe btf__type_by_id(types, pointer.pointee.type) else { return nil }
        return unsafe Int(btf_vlen(function)) - 1
    }
}
