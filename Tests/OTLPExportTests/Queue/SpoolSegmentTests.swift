import Metrics
import Testing

@testable import OTLPExport

/// The format of the spool's files, which may contain anything.
@Suite struct SpoolSegmentTests {
    private static let request = EncodedRequest(
        body: Array("body of a request".utf8),
        compression: .gzip,
        pointCount: 7,
        time: Timestamp(unixNanoseconds: 1_700_000_000_123_456_789)
    )

    @Test(arguments: [OTLPConfiguration.Compression.none, .gzip], [0, 1, 100_000])
    func `what is written is read back`(compression: OTLPConfiguration.Compression, size: Int) throws {
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        let request = EncodedRequest(body: body, compression: compression, pointCount: 1, time: .unknown)
        #expect(try SpoolSegment.decode(SpoolSegment.encode(request)) == request)
    }

    @Test func `the format is the documented one, so that the next version can read it`() {
        let bytes = SpoolSegment.encode(Self.request)
        #expect(bytes.count == 48 + 17)
        #expect(Array(bytes[..<16]) == Array("tcplensQ".utf8) + [1, 0, 0, 0, 1, 0, 0, 0])
        #expect(bytes[16..<24] == [7, 0, 0, 0, 0, 0, 0, 0])
        #expect(bytes[24..<32] == [0x15, 0xCD, 0x85, 0x3D, 0xFE, 0x9C, 0x97, 0x17])
        #expect(bytes[32..<40] == [17, 0, 0, 0, 0, 0, 0, 0])
        // By `python3 -c 'import zlib; print(hex(zlib.crc32(b"body of a request")))'`.
        #expect(bytes[40..<44] == [0x3B, 0xF0, 0xF7, 0x5F])
        #expect(Array(bytes[48...]) == Self.request.body)
    }

    @Test func `a segment that ends anywhere before its end is refused`() {
        let bytes = SpoolSegment.encode(Self.request)
        for end in 0..<bytes.count {
            #expect(throws: SpoolSegment.Damage.wrongSize) { try SpoolSegment.decode(Array(bytes[..<end])) }
        }
        #expect(throws: SpoolSegment.Damage.wrongSize) { try SpoolSegment.decode(bytes + [0]) }
    }

    @Test func `any bit that is turned over is noticed`() {
        let bytes = SpoolSegment.encode(Self.request)
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                #expect(throws: SpoolSegment.Damage.self) { try SpoolSegment.decode(damaged) }
            }
        }
    }

    @Test func `a later version is told from damage`() {
        var bytes = SpoolSegment.encode(Self.request)
        bytes[8] = 2
        #expect(throws: SpoolSegment.Damage.newerVersion) { try SpoolSegment.decode(bytes) }
    }

    @Test func `headers with right checksums and mad numbers are refused`() {
        // The offset of a number, its size, and a value that makes no sense.
        let fields: [(offset: Int, size: Int, value: UInt64)] = [
            (8, 4, 0), (12, 4, 2), (16, 8, 0), (16, 8, .max), (16, 8, 1 << 40), (32, 8, .max), (32, 8, 1 << 40),
        ]
        for field in fields {
            var bytes = SpoolSegment.encode(Self.request)
            for index in 0..<field.size {
                bytes[field.offset + index] = UInt8(truncatingIfNeeded: field.value >> (8 * UInt64(index)))
            }
            bytes = SpoolSegment.sealed(bytes)
            #expect(throws: SpoolSegment.Damage.corrupted) { try SpoolSegment.decode(bytes) }
        }
    }

    @Test func `arbitrary bytes never trap`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let count = Int.random(in: 0..<200, using: &random)
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            for bytes in [
                noise, Array("tcplensQ".utf8) + noise, Array(SpoolSegment.encode(Self.request).prefix(48)) + noise,
            ] {
                #expect(throws: SpoolSegment.Damage.self) { try SpoolSegment.decode(bytes) }
                _ = SpoolSegment.header(bytes, fileSize: .max)
                if bytes.count > 48 {
                    _ = try? SpoolSegment.decode(SpoolSegment.sealed(bytes))
                }
            }
        }
    }
}

extension SpoolSegment {
    /// `bytes` with the correct checksum for their header.
    fileprivate static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var sealed = bytes
        let checksum = checksum(bytes[..<44])
        for index in 0..<4 {
            sealed[44 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index)))
        }
        return sealed
    }
}
