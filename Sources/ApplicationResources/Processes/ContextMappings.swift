internal import System

/// The mappings of a process that are named `OTEL_CTX`.
struct ContextMappings: Equatable {
    /// Where each begins, in the order of the addresses.
    var addresses: [UInt64] = []
    /// Whether there are more of them than ``maximumCount``.
    var areTooMany = false
    /// Whether the file was longer than ``maximumLength``, and the rest was not read.
    var isIncomplete = false

    /// How many are looked at.
    ///
    /// There should be one; a forked process can have its parent's as well.
    static let maximumCount = 8
    /// How many bytes of `/proc/PID/maps` are read.
    ///
    /// A line has about 100 bytes, and a process at most 65 530 mappings unless `vm.max_map_count` was raised.
    static let maximumLength = 8 << 20

    /// What the kernel calls such a mapping.
    ///
    /// The first two are names given by `prctl(PR_SET_VMA)`, of a mapping of a memfd and of an anonymous one (Linux
    /// 5.17 with CONFIG_ANON_VMA_NAME). The third is the memfd's own. Source: OTEP 4719, "Reading Protocol", and
    /// `process-context/c-and-cpp` in open-telemetry/sig-profiling.
    private static let names = ["[anon_shmem:OTEL_CTX]", "[anon:OTEL_CTX]", "/memfd:OTEL_CTX"].map { Array($0.utf8) }

    /// Reads them from `/proc/PID/maps`.
    static func read(
        of process: Int32,
        with buffer: inout ScratchBuffer
    ) throws(FileDescriptor.SystemCallError) -> ContextMappings {
        let file = try FileDescriptor(file: "/proc/\(process)/maps")
        var mappings = ContextMappings()
        var length = 0
        buffer.wipe()
        defer { buffer.wipe() }
        // Each read returns whole lines (`seq_read_iter`), but that is not documented, so a part of one may remain.
        while try buffer.fill(from: file) {
            let end = mappings.add(from: buffer)
            length += buffer.content.count
            let rest = buffer.content.count - end
            guard length < maximumLength, mappings.addresses.count <= maximumCount else { break }
            length -= rest
            // A line is at most 4096 bytes of path and 100 others; a longer rest is not a line.
            buffer.keepLast(rest < 16_384 ? rest : 0)
        }
        mappings.isIncomplete = length >= maximumLength
        mappings.areTooMany = mappings.addresses.count > maximumCount
        mappings.addresses = Array(mappings.addresses.prefix(maximumCount))
        return mappings
    }

    /// Adds those of the complete lines in `buffer`.
    ///
    /// - Returns: The length of these lines.
    mutating func add(from buffer: borrowing ScratchBuffer) -> Int {
        let content = buffer.content
        let end = content.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        var position = 0
        // Most processes have none, so lines are only looked at where the name occurs.
        while let found = buffer.firstIndex(of: "OTEL_CTX", from: position), found < end {
            let lineStart = content[..<found].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            let lineEnd = content[found...].firstIndex(of: UInt8(ascii: "\n")) ?? end
            if let address = Self.address(content[lineStart..<lineEnd]), addresses.count <= Self.maximumCount {
                addresses.append(address)
            }
            position = lineEnd
        }
        return end
    }

    /// Where the mapping of a line begins; nil if it has another name.
    static func address(_ line: ArraySlice<UInt8>) -> UInt64? {
        // Address range, permissions, offset, device, inode, and the name after blanks (proc_pid_maps(5)).
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
        guard fields.count == 6 else { return nil }
        let name = fields[5].drop { $0 == UInt8(ascii: " ") }
        guard names.contains(where: { name.starts(with: $0) }) else { return nil }
        return UInt64(String(decoding: fields[0].prefix { $0 != UInt8(ascii: "-") }, as: UTF8.self), radix: 16)
    }
}
