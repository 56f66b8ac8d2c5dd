internal import CLibbpf
internal import CLoading
internal import Glibc

/// A BPF object: the programs and maps compiled from one `.bpf.c` file.
///
/// Nothing of it is in the kernel until it is loaded; see ``LoadedObject``.
@safe
package struct Object: ~Copyable {
    /// libbpf's handle; valid until `deinit` closes it, and not for use outside this module.
    let object: OpaquePointer

    /// The name, for messages and for the names of the maps that libbpf makes itself.
    package let name: String

    /// Whether its programs may call functions of the kernel by name.
    private let callsFunctions: Bool

    /// The file for the kernel's types that it needs, which is written when it is loaded.
    private let typesFile: CInt

    /// Makes libbpf leave the loading of programs to us, once.
    private static let prepared = CLoading_prepare()

    /// Parses an ELF image; nothing reaches the kernel.
    ///
    /// - Parameters:
    ///   - bytes: The image. libbpf copies what it keeps.
    ///   - name: The name of the source, without suffix.
    ///   - callsFunctions: Whether its programs may call functions of the kernel by name.
    /// - Throws: ``BPFError`` when the image is not a BPF object.
    package init(elf bytes: UnsafeRawBufferPointer, name: String, callsFunctions: Bool) throws(BPFError) {
        var path = [CChar](repeating: 0, count: 64)
        let file = unsafe CLoading_makeTypesFile(&path)
        guard file >= 0, Self.prepared == 0 else {
            if file >= 0 { close(file) }
            throw BPFError(operation: "prepare \(name)", code: file < 0 ? -file : -Self.prepared)
        }
        let (opened, log) = unsafe LibbpfLog.capture {
            let object = unsafe name.withCString { name in
                unsafe path.withUnsafeBufferPointer { path in
                    var options = unsafe bpf_object_open_opts()
                    unsafe options.sz = MemoryLayout<bpf_object_open_opts>.size
                    unsafe options.object_name = name
                    unsafe options.btf_custom_path = path.baseAddress
                    return unsafe bpf_object__open_mem(bytes.baseAddress, bytes.count, &options)
                }
            }
            return unsafe (object: object, code: errno)
        }
        guard let object = unsafe opened.object else {
            close(file)
            throw unsafe BPFError(operation: "open \(name)", code: opened.code, log: log)
        }
        unsafe self.object = object
        self.name = name
        self.callsFunctions = callsFunctions
        typesFile = file
    }

    deinit {
        close(typesFile)
        unsafe bpf_object__close(object)
    }

    /// Chooses the programs that ``load()`` loads; without this all of them are.
    ///
    /// An object is loaded as a whole: if the kernel refuses one program, none is loaded. So find out first what the
    /// kernel lacks.
    ///
    /// - Throws: ``BPFError`` when there is no such program.
    package func choose(_ programs: [String]) throws(BPFError) {
        for program in programs { _ = try unsafe find(program: program) }
        for program in self.programs {
            _ = unsafe bpf_program__set_autoload(try find(program: program), programs.contains(program))
        }
    }

    /// The names of all its programs, chosen or not.
    package var programs: [String] {
        var names: [String] = []
        var next = unsafe bpf_object__next_program(object, nil)
        while let program = unsafe next {
            if let name = unsafe bpf_program__name(program) { unsafe names.append(String(cString: name)) }
            unsafe next = unsafe bpf_object__next_program(object, program)
        }
        return names
    }

    /// Verifies the programs and creates the maps in the kernel.
    ///
    /// What libbpf keeps of the image and of the kernel's types is freed.
    ///
    /// - Returns: The object in the kernel.
    /// - Throws: ``BPFError`` with the verifier's output as its log.
    package consuming func load() throws(BPFError) -> LoadedObject {
        var programs: OpaquePointer?
        let (code, log) = LibbpfLog.capture {
            var said: UnsafeMutablePointer<CChar>?
            let code = unsafe CLoading_load(object, KernelBTF.path, typesFile, callsFunctions ? 1 : 0, &programs, &said)
            if let said = unsafe said { LibbpfLog.append(unsafe String(cString: said)) }
            unsafe free(said)
            return code
        }
        defer { unsafe CLoading_freePrograms(programs) }
        guard code == 0 else { throw BPFError(operation: "load \(name)", code: -code, log: log) }
        return LoadedObject(try description(), try unsafe descriptors(programs))
    }

    /// The section of a program, which names the hook that it attaches to: `tp_btf/inet_sock_set_state`.
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
