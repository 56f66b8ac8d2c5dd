/// The header at the beginning of a mapping named `OTEL_CTX`: 32 bytes in the byte order of the machine.
///
/// Its fields: a signature of 8 bytes, the version and the size of the message with 4 bytes each, the time of
/// publication with 8 bytes, and the address of the message with 8 bytes. Source: OTEP 4719, "Header Structure", and
/// `process-context/c-and-cpp` in open-telemetry/sig-profiling.
struct ContextHeader: Codable, Hashable {
    /// The number of bytes.
    static let length = 32
    /// The version of the format.
    static let version: UInt32 = 2
    private static let signature = Array("OTEL_CTX".utf8)

    /// The bytes of the message.
    var size: UInt32
    /// When the context was published, in nanoseconds of CLOCK_BOOTTIME, or in older drafts of the wall clock; 0 while
    /// it is written.
    var published: UInt64
    /// Where the message is.
    var address: UInt64

    /// Creates a header.
    init(size: UInt32, published: UInt64, address: UInt64) {
        (self.size, self.published, self.address) = (size, published, address)
    }

    /// Reads the header in `bytes`.
    init(_ bytes: [UInt8]) throws(ContextError) {
        guard bytes.count == Self.length else { throw .refused(.unmapped) }
        guard bytes.starts(with: Self.signature) else { throw .refused(.signature) }
        guard Self.number(bytes[8..<12]) == UInt64(Self.version) else { throw .refused(.version) }
        size = UInt32(truncatingIfNeeded: Self.number(bytes[12..<16]))
        published = Self.number(bytes[16..<24])
        address = Self.number(bytes[24..<32])
    }

    /// An integer, the lowest byte first; Swift has no Linux with another order.
    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Why a process context can't be read.
enum ContextError: Error, Equatable {
    /// The process is gone.
    case gone
    /// It is not taken.
    case refused(Refusal)
}
