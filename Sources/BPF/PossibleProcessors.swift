internal import CLibbpf
internal import Glibc
internal import Synchronization

/// How many processors the kernel has room for.
///
/// A lookup in a per-CPU map writes one value for each of them, so buffers must have the size that the kernel itself
/// uses. libbpf reads the number from a file below /sys. Where a container or a sandbox shows another file there, the
/// kernel would write beyond the end of the buffer.
package enum PossibleProcessors {
    /// Where the kernel shows the number to programs.
    package static let path = "/sys/devices/system/cpu/possible"

    private static let known = Mutex<Int?>(nil)
    /// More than any configuration of the kernel allows (CONFIG_NR_CPUS).
    private static let limit = 1 << 20

    /// The kernel's own number, which does not change while the machine runs.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses to make a map.
    package static func count() throws(BPFError) -> Int {
        try known.withLock { (known) throws(BPFError) -> Int in
            if let count = known { return count }
            let count = try measure()
            known = count
            return count
        }
    }

    /// Takes the number that another process has found out, so that this one needs no right to make maps.
    package static func adopt(_ count: Int) {
        known.withLock { $0 = $0 ?? count }
    }

    /// The number in the file that libbpf reads; `nil` when the file has no number.
    package static func shown() -> Int? {
        let (count, _) = LibbpfLog.capture { libbpf_num_possible_cpus() }
        return count > 0 ? Int(count) : nil
    }

    /// Looks up a row of zeros in a per-CPU map, and counts the values that the kernel writes.
    private static func measure() throws(BPFError) -> Int {
        let word = UInt32(MemoryLayout<UInt64>.size)
        let keySize = UInt32(MemoryLayout<UInt32>.size)
        let map = Token.makeMap(BPF_MAP_TYPE_PERCPU_ARRAY, "processors", key: keySize, value: word, entries: 1)
        guard map >= 0 else { throw BPFError(operation: "make a map to count the processors", code: -map) }
        defer { close(map) }
        var capacity = 1 << 13
        while capacity <= limit {
            let buffer = try GuardedBuffer(words: capacity)
            // The kernel will write zeros over these ones.
            buffer.fill(with: .max)
            let code = unsafe withUnsafePointer(to: UInt32(0)) { key in
                unsafe bpf_map_lookup_elem(map, key, buffer.start)
            }
            if code == 0 {
                return buffer.leadingZeros
            }
            // EFAULT says that the buffer is too small; the kernel wrote nothing outside of it.
            guard code == -EFAULT else { throw BPFError(operation: "count the processors", code: -code) }
            capacity *= 2
        }
        throw BPFError(operation: "count the processors", code: E2BIG)
    }
}

/// Memory that ends at a page without access.
///
/// The kernel fails with `EFAULT` instead of writing beyond the end.
@safe
struct GuardedBuffer: ~Copyable {
    private let memory: UnsafeMutableRawPointer
    private let mappedSize: Int
    private let words: Int

    /// The first word.
    ///
    /// The last one ends where the page without access begins.
    let start: UnsafeMutablePointer<UInt64>

    /// Maps memory for this number of words of 64 bits.
    ///
    /// - Throws: ``BPFError`` when the kernel has none.
    init(words: Int) throws(BPFError) {
        let page = max(sysconf(CInt(_SC_PAGESIZE)), 4096)
        let size = words * MemoryLayout<UInt64>.size
        let writable = (size + page - 1) / page * page
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        let memory = unsafe mmap(nil, writable + page, PROT_NONE, flags, -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
            throw BPFError(operation: "map memory", code: errno)
        }
        guard unsafe mprotect(memory, writable, PROT_READ | PROT_WRITE) == 0 else {
            let code = errno
            unsafe munmap(memory, writable + page)
            throw BPFError(operation: "map memory", code: code)
        }
        unsafe self.memory = unsafe memory
        mappedSize = writable + page
        self.words = words
        unsafe start = (memory + (writable - size)).bindMemory(to: UInt64.self, capacity: words)
    }

    deinit {
        unsafe munmap(memory, mappedSize)
    }

    /// Sets each word.
    func fill(with word: UInt64) {
        unsafe start.update(repeating: word, count: words)
    }

    /// How many words from the first one on are zero.
    var leadingZeros: Int {
        unsafe UnsafeBufferPointer(start: start, count: words).prefix { $0 == 0 }.count
    }
}
