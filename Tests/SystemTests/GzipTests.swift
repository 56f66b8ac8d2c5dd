import Foundation
import OTLPExport
import System
import Testing

@Suite struct GzipTests {
    private static let inputs: [[UInt8]] = [
        [], [7], Array("tcplens".utf8), [UInt8](repeating: 0, count: 100_000),
        (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) },
    ]

    @Test(arguments: inputs.indices)
    func `what was compressed comes back`(index: Int) throws {
        let bytes = Self.inputs[index]
        #expect(try Gzip.decompress(Gzip.compress(bytes), limit: bytes.count) == bytes)
    }

    @Test(arguments: inputs.indices)
    func `the system's gzip reads what we write`(index: Int) throws {
        let bytes = Self.inputs[index]
        #expect(try gzip(["-dc"], input: Gzip.compress(bytes)) == bytes)
    }

    @Test(arguments: inputs.indices)
    func `we read what the system's gzip writes, members joined as well`(index: Int) throws {
        let bytes = Self.inputs[index]
        let member = try gzip(["-c"], input: bytes)
        #expect(try Gzip.decompress(member, limit: bytes.count) == bytes)
        #expect(try Gzip.decompress(member + member, limit: 2 * bytes.count) == bytes + bytes)
    }

    @Test(arguments: inputs.indices)
    func `compressed bytes take no more memory than they need`(index: Int) throws {
        let bytes = try Gzip.compress(Self.inputs[index])
        #expect(bytes.capacity <= bytes.count + bytes.count / 8 + 64)
    }

    @Test func `a bomb is refused at the limit`() throws {
        let bomb = try Gzip.compress([UInt8](repeating: 0, count: 50_000_000))
        #expect(bomb.count < 300_000)
        #expect(throws: GzipError.tooLarge(limit: 1_000_000)) { try Gzip.decompress(bomb, limit: 1_000_000) }
        #expect(throws: GzipError.tooLarge(limit: 49_999_999)) { try Gzip.decompress(bomb, limit: 49_999_999) }
    }

    @Test func `damaged data are refused`() throws {
        let good = try Gzip.compress(Array("hello, hello, hello".utf8))
        var wrongChecksum = good
        wrongChecksum[good.count - 8] ^= 1
        for bad in [[], Array("plain".utf8), Array(good.dropLast()), Array(good.prefix(5)), wrongChecksum, good + [1]] {
            #expect(throws: GzipError.self) { try Gzip.decompress(bad, limit: 1000) }
        }
    }

    /// What `gzip` makes of `input`; by files, so that neither side waits for the other.
    private func gzip(_ arguments: [String], input: [UInt8]) throws -> [UInt8] {
        let directory = FileManager.default.temporaryDirectory.appending(path: "gzip-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (source, result) = (directory.appending(path: "in"), directory.appending(path: "out"))
        try Data(input).write(to: source)
        try Data().write(to: result)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip"] + arguments
        process.standardInput = try FileHandle(forReadingFrom: source)
        process.standardOutput = try FileHandle(forWritingTo: result)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return try Array(Data(contentsOf: result))
    }
}
