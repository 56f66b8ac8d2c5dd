internal import Glibc
internal import Metrics
internal import Resource
internal import System

/// What the environment of a process says of it: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`.
///
/// Nothing else of the environment is looked at, and the memory that it was read into is overwritten.
///
/// The kernel shows the environment with which the program was started. If the program changes its own environment
/// later (`setenv(3)`, `os.environ`), that does not show, and such a service needs a process context.
enum ProcessEnvironment {
    /// How many bytes of an environment are read.
    ///
    /// Kubernetes adds variables for each service of a namespace, which can be many; one variable has at most 128 KiB
    /// (`execve(2)`).
    static let maximumLength = 256 << 10
    /// The greatest length of the list of attributes in bytes.
    ///
    /// It is parsed as a whole, so its length limits the time for that.
    static let maximumListLength = 16 << 10

    private static let name = Array("OTEL_SERVICE_NAME=".utf8)
    private static let list = Array("OTEL_RESOURCE_ATTRIBUTES=".utf8)

    /// Reads what the environment of a process says.
    static func read(
        of process: Int32,
        with buffer: inout ScratchBuffer,
        counting refusals: inout RefusalCounts
    ) throws(FileDescriptor.SystemCallError) -> Attributes {
        defer { buffer.wipe() }
        do throws(FileDescriptor.SystemCallError) {
            let file = try FileDescriptor(file: "/proc/\(process)/environ")
            buffer.wipe()
            while !buffer.isFull {
                guard try buffer.fill(from: file) else { break }
            }
        } catch {
            // The file can only be opened by the user of the process, or with CAP_DAC_READ_SEARCH. The right to trace
            // the process is enough for its memory.
            guard error.code == EACCES, let addresses = try addresses(of: process, with: &buffer) else { throw error }
            buffer.wipe()
            try buffer.fill(from: addresses, of: process)
        }
        refusals.add(.longEnvironment, buffer.isFull ? 1 : 0)
        // Most processes do not have the variables.
        guard buffer.firstIndex(of: "OTEL_") != nil else { return [:] }
        return attributes(in: buffer.content, isCut: buffer.isFull, counting: &refusals)
    }

    /// Where the environment is in the memory of a process; nil if the kernel does not tell.
    private static func addresses(
        of process: Int32,
        with buffer: inout ScratchBuffer
    ) throws(FileDescriptor.SystemCallError) -> Range<UInt64>? {
        let file = try FileDescriptor(file: "/proc/\(process)/stat")
        buffer.wipe()
        _ = try buffer.fill(from: file)
        guard let name = buffer.content.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        // Fields 50 and 51 (proc_pid_stat(5)), where the first after the name is field 3.
        let fields = buffer.content[(name + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 48, let start = UInt64(String(decoding: fields[47], as: UTF8.self)),
            let end = UInt64(String(decoding: fields[48].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)),
            start > 0, start < end
        else { return nil }
        return start..<end
    }

    /// What the variables in `block` say, which has a NUL after each.
    ///
    /// - Parameters:
    ///   - block: The variables.
    ///   - isCut: Whether the block goes on, so that the last variable may be incomplete.
    ///   - refusals: Counts what is not taken.
    /// - Returns: The attributes that may be taken.
    static func attributes(
        in block: ArraySlice<UInt8>,
        isCut: Bool = false,
        counting refusals: inout RefusalCounts
    ) -> Attributes {
        var variables: [String: String] = [:]
        var rest = block
        while let start = rest.indices.first {
            let end = rest.firstIndex(of: 0)
            guard end != nil || !isCut else { break }
            let variable = rest[start..<(end ?? rest.endIndex)]
            for prefix in [name, list] where variable.starts(with: prefix) {
                let key = String(decoding: prefix.dropLast(), as: UTF8.self)
                let value = variable.dropFirst(prefix.count)
                guard value.count <= maximumListLength, let text = String(validating: value, as: UTF8.self) else {
                    refusals.add(prefix == name ? .notText : .malformedList)
                    continue
                }
                // The first one counts, as for getenv(3).
                variables[key] = variables[key] ?? text
            }
            rest = end.map { rest[($0 + 1)...] } ?? []
        }
        guard !variables.isEmpty else { return [:] }
        // The same code and the same rules as for the agent's own environment.
        let settings = ResourceSettings(of: Machine(environment: variables) { _ in nil }) { _ in
            refusals.add(.malformedList)
        }
        let pairs = settings.attributes.lazy.map { (key: $0.key, value: $0.value.description) }
        return AttributeRules.allowed(pairs, counting: &refusals)
    }
}
