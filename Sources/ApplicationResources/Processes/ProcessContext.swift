internal import Metrics
internal import OTLP
internal import System

/// What a process has published of itself in its memory (OTEP 4719, "Process Context").
///
/// The memory may belong to a hostile process. Nothing in it is followed without a limit, and what is read is only
/// decoded after it was copied.
struct ProcessContext: Equatable {
    /// Where the mapping begins.
    var mapping: UInt64
    /// The header that was read.
    var header: ContextHeader
    /// What the process says and may say.
    var attributes: Attributes

    /// The greatest size of a message in bytes.
    ///
    /// OTEP 4719 expects kilobytes. ``AttributeRules`` allows 32 attributes of at most 512 bytes, and the others of a
    /// resource are of the same kind.
    static let maximumSize = 64 << 10
    /// How often one is read that changes in the meantime.
    private static let attempts = 3

    /// Reads the context of a process; nil if it has none that can be read.
    ///
    /// Of several, the one that was published last is the process's own: a forked process can have its parent's as
    /// well.
    ///
    /// - Throws: ``ContextError/gone``.
    static func read(
        of process: Int32,
        with buffer: inout ScratchBuffer,
        counting refusals: inout RefusalCounts
    ) throws(ContextError) -> ProcessContext? {
        let mappings = try ContextError.catching { () throws(FileDescriptor.SystemCallError) in
            try ContextMappings.read(of: process, with: &buffer)
        }
        refusals.add(.tooManyMappings, mappings.isIncomplete ? 1 : 0)
        refusals.add(.tooManyContexts, mappings.areTooMany ? 1 : 0)
        var latest: ProcessContext?
        for address in mappings.addresses {
            do {
                let context = try read(at: address, counting: &refusals) { count, address throws(ContextError) in
                    try memory(count, at: address, of: process)
                }
                if context.header.published >= latest?.header.published ?? 0 {
                    latest = context
                }
            } catch {
                guard case .refused(let refusal) = error else { throw .gone }
                refusals.add(refusal)
            }
        }
        return latest
    }

    /// Reads the context at `mapping`.
    ///
    /// - Parameters:
    ///   - mapping: Where the header is.
    ///   - refusals: Counts the attributes that are not taken.
    ///   - memory: Reads a number of bytes from an address on, fewer where the memory ends.
    /// - Returns: The context.
    /// - Throws: What `memory` throws, and the reason for which it is refused.
    static func read(
        at mapping: UInt64,
        counting refusals: inout RefusalCounts,
        memory: (_ count: Int, _ address: UInt64) throws(ContextError) -> [UInt8]
    ) throws(ContextError) -> ProcessContext {
        for _ in 0..<attempts {
            let header = try ContextHeader(memory(ContextHeader.length, mapping))
            // A time of 0 says that it is being written.
            guard header.published != 0 else { continue }
            guard header.size > 0, header.size <= maximumSize else { throw .refused(.size) }
            let message = try memory(Int(header.size), header.address)
            guard try ContextHeader(memory(ContextHeader.length, mapping)) == header else { continue }
            guard message.count == Int(header.size) else { throw .refused(.unmapped) }
            guard let content = try? ProcessContextMessage.decode(message) else { throw .refused(.malformed) }
            refusals.add(.notText, content.leftOut)
            let pairs = content.attributes.lazy.map { (key: $0.key, value: $0.value) }
            let attributes = AttributeRules.allowed(pairs, counting: &refusals)
            return ProcessContext(mapping: mapping, header: header, attributes: attributes)
        }
        throw .refused(.changing)
    }

    /// Reads a header.
    static func header(at mapping: UInt64, of process: Int32) throws(ContextError) -> ContextHeader {
        try ContextHeader(memory(ContextHeader.length, at: mapping, of: process))
    }

    private static func memory(_ count: Int, at address: UInt64, of process: Int32) throws(ContextError) -> [UInt8] {
        try ContextError.catching { () throws(FileDescriptor.SystemCallError) in
            try ProcessMemory.read(count, at: address, of: process)
        }
    }
}

extension ContextError {
    /// Runs `body`, which reads something of a process.
    static func catching<Value>(
        _ body: () throws(FileDescriptor.SystemCallError) -> Value
    ) throws(ContextError) -> Value {
        do {
            return try body()
        } catch {
            throw ContextError(error)
        }
    }

    private init(_ error: FileDescriptor.SystemCallError) {
        self =
            if error.isGone {
                .gone
            } else if error.isDenied {
                .refused(.noAccess)
            } else {
                .refused(.unmapped)
            }
    }
}
