internal import CZlib
internal import Metrics

/// The format of a file in the spool: a header and a request, each with a checksum.
///
/// All numbers are little-endian:
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | 8 | `tcplensQ` |
/// | 8 | 4 | the version of the format, 1 |
/// | 12 | 4 | what was done to the body: 0 nothing, 1 gzip |
/// | 16 | 8 | the number of data points |
/// | 24 | 8 | when they were collected, in nanoseconds since 1970 |
/// | 32 | 8 | the size of the body |
/// | 40 | 4 | the CRC-32 of the body |
/// | 44 | 4 | the CRC-32 of everything before it |
/// | 48 | | the body |
///
/// Later versions keep the first twelve bytes. Files are external data: any bytes may occur.
enum SpoolSegment {
    /// Why a file is not a usable segment.
    enum Damage: String, Error, CustomStringConvertible {
        /// The file is shorter or longer than its header says.
        case wrongSize = "its size is not what its header says"
        /// A checksum or a value is wrong.
        case corrupted = "its checksum is wrong"
        /// The file was written by a later version of tcplens.
        case newerVersion = "a later version of tcplens has written it"

        var description: String { rawValue }
    }

    /// The properties of a request without its body.
    struct Header: Hashable, Sendable {
        var compression: OTLPConfiguration.Compression
        var pointCount: Int
        var time: Timestamp
        var bodySize: Int
        var bodyChecksum: UInt32
    }

    /// The size of a header in bytes.
    static let headerSize = 48
    private static let magic = Array("tcplensQ".utf8)
    private static let version: UInt32 = 1
    /// No request is larger (OTLP specification, "OTLP/HTTP Request"), so a greater size is damage; do not allocate
    /// memory for it.
    private static let largestBody = 64 * 1024 * 1024
    /// The size of the largest file in bytes.
    static let largestSize = headerSize + largestBody
    /// More points than any request of the largest size has.
    ///
    /// Keeps sums over many segments far from overflow.
    private static let mostPoints = Int(Int32.max)

    /// Encodes `request` as a file.
    static func encode(_ request: EncodedRequest) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerSize + request.body.count)
        bytes += magic
        append(version, to: &bytes)
        append(request.compression == .gzip ? 1 as UInt32 : 0, to: &bytes)
        append(UInt64(clamping: request.pointCount), to: &bytes)
        append(request.time.unixNanoseconds, to: &bytes)
        append(UInt64(clamping: request.body.count), to: &bytes)
        append(checksum(request.body[...]), to: &bytes)
        append(checksum(bytes[...]), to: &bytes)
        bytes += request.body
        return bytes
    }

    /// Decodes the header of a file of `fileSize` bytes that begins with `bytes`.
    static func header(_ bytes: [UInt8], fileSize: Int) -> Result<Header, Damage> {
        Result { () throws(Damage) in try parse(bytes, fileSize: fileSize) }
    }

    private static func parse(_ bytes: [UInt8], fileSize: Int) throws(Damage) -> Header {
        guard bytes.count >= headerSize else { throw .wrongSize }
        guard bytes.starts(with: magic) else { throw .corrupted }
        let version: UInt32 = number(in: bytes, at: 8)
        guard version <= Self.version else { throw .newerVersion }
        guard version == Self.version, number(in: bytes, at: 44) == checksum(bytes[..<44]) else { throw .corrupted }
        let size: UInt64 = number(in: bytes, at: 32)
        let points: UInt64 = number(in: bytes, at: 16)
        guard let size = Int(exactly: size), size <= largestBody,
            let points = Int(exactly: points), (1...mostPoints).contains(points),
            let compression = compression(number(in: bytes, at: 12))
        else { throw .corrupted }
        guard fileSize == headerSize + size else { throw .wrongSize }
        return Header(
            compression: compression,
            pointCount: points,
            time: Timestamp(unixNanoseconds: number(in: bytes, at: 24)),
            bodySize: size,
            bodyChecksum: number(in: bytes, at: 40)
        )
    }

    /// Decodes a file.
    ///
    /// - Throws: ``Damage``.
    static func decode(_ bytes: [UInt8]) throws(Damage) -> EncodedRequest {
        let header = try header(Array(bytes.prefix(headerSize)), fileSize: bytes.count).get()
        let body = bytes[headerSize...]
        guard checksum(body) == header.bodyChecksum else { throw .corrupted }
        return EncodedRequest(
            body: Array(body),
            compression: header.compression,
            pointCount: header.pointCount,
            time: header.time
        )
    }

    private static func compression(_ code: UInt32) -> OTLPConfiguration.Compression? {
        switch code {
        case 0: OTLPConfiguration.Compression.none
        case 1: .gzip
        default: nil
        }
    }

    private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: number.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    private static func number<Number: FixedWidthInteger>(in bytes: [UInt8], at offset: Int) -> Number {
        bytes[offset..<offset + Number.bitWidth / 8].reversed().reduce(0) { $0 << 8 | Number($1) }
    }

    /// The CRC-32 of `bytes`.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        // zlib counts in 32 bits, which is enough for any request.
        unsafe bytes.withUnsafeBufferPointer { bytes in
            UInt32(truncatingIfNeeded: unsafe crc32(0, bytes.baseAddress, UInt32(clamping: bytes.count)))
        }
    }
}
