internal import CLibbpf
internal import CLoading

/// A name of a map, program or link in a BPF file system, which keeps it when its process ends (`bpf(2)`,
/// `BPF_OBJ_PIN`).
package enum Pin {
    /// Gives the object of `descriptor` the name `path`.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses: `EEXIST` if there is something of this name.
    package static func keep(_ descriptor: CInt, at path: String) throws(BPFError) {
        let code = unsafe bpf_obj_pin(descriptor, path)
        guard code == 0 else { throw BPFError(operation: "pin \(path)", code: -code) }
    }

    /// Opens what is pinned at `path`.
    ///
    /// - Returns: Its descriptor, which the caller closes.
    /// - Throws: ``BPFError`` when the kernel refuses: `ENOENT` if there is nothing.
    package static func open(_ path: String) throws(BPFError) -> CInt {
        let descriptor = unsafe bpf_obj_get(path)
        guard descriptor >= 0 else { throw BPFError(operation: "open \(path)", code: -descriptor) }
        return descriptor
    }

    /// Whether a file or directory is in a BPF file system.
    package static func isPossible(at path: String) -> Bool {
        var status = statfs()
        return unsafe statfs(path, &status) == 0 && UInt32(truncatingIfNeeded: status.f_type) == magic
    }

    /// `BPF_FS_MAGIC` (`linux/magic.h`).
    private static let magic: UInt32 = 0xcafe_4a11

    /// Waits until no program of a tracepoint that runs now runs any more.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package static func waitForPrograms() throws(BPFError) {
        let code = CLoading_waitForPrograms()
        guard code == 0 else { throw BPFError(operation: "wait for programs", code: -code) }
    }
}
