internal import CLibbpf
internal import Glibc

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

    /// The place of a variable in the section of constants, according to BTF; `nil` if there is no such variable.
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
