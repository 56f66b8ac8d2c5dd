import Glibc
import System
import TestSupport

@testable import OTLPExport

/// What is on the disk of a spool at one moment.
struct SpoolImage: Equatable {
    private static let digits = 18

    /// The files, by name; without the lock and what is no file.
    var files: [String: [UInt8]] = [:]

    /// Nothing.
    init() {}

    /// Reads the directory at `path`; nothing if it does not exist.
    init(of path: String) {
        guard let directory = try? FileDescriptor(directory: path), let names = try? directory.names() else { return }
        for name in names where name != SpoolLock.name {
            guard let file = try? FileDescriptor(name, in: directory, O_RDONLY), let status = try? file.status(),
                status.st_mode & S_IFMT == S_IFREG
            else { continue }
            files[name] = try? file.read(Int(status.st_size))
        }
    }

    /// Makes a directory of it.
    func write(to path: String) throws {
        let directory = try SpoolDirectory.directory(path)
        for (name, bytes) in files {
            try FileDescriptor(name, in: directory, O_WRONLY | O_CREAT).write(bytes)
        }
    }

    /// The names of the segments, oldest first.
    var segments: [String] { files.keys.filter(SpoolDirectory.isSegment).sorted() }

    /// The points in the segment `name`; empty if it is damaged.
    func points(_ name: String) -> [Int] {
        guard let request = try? SpoolSegment.decode(files[name] ?? []) else { return [] }
        return SimulatedRequest.points(request)
    }

    /// All points, in their order.
    var points: [Int] { segments.flatMap { points($0) } }

    /// What the next process will find: the points of all segments with a good header, and the number of the others.
    var expected: (points: Int, discarded: Int) {
        segments.reduce((0, 0)) { sum, name in
            let bytes = files[name] ?? []
            switch SpoolSegment.header(Array(bytes.prefix(SpoolSegment.headerSize)), fileSize: bytes.count) {
            case .success(let header): return (sum.0 + header.pointCount, sum.1)
            // A later version's; left alone.
            case .failure(.newerVersion): return sum
            case .failure: return (sum.0, sum.1 + 1)
            }
        }
    }

    /// The number of the last segment; 0 if there is none.
    var lastNumber: Int { segments.last.flatMap { Int($0.prefix(Self.digits)) } ?? 0 }

    /// The name of the file with this number.
    static func name(_ number: Int, _ suffix: String) -> String {
        let text = String(number)
        return String(repeating: "0", count: digits - text.count) + text + suffix
    }

    /// Damages `name` as a disk does that said too early that it had everything.
    mutating func damage(_ name: String, _ random: inout SeededRandom) {
        guard var bytes = files[name] else { return }
        switch random.number(0...3) {
        case 0: bytes = Array(bytes.prefix(random.number(0...bytes.count - 1)))
        case 1: bytes = [UInt8](repeating: 0, count: bytes.count)
        case 2: bytes[random.number(0...bytes.count - 1)] ^= UInt8(1 << random.number(0...7))
        default:
            // The first block arrived, the rest did not.
            let end = min(SpoolSegment.headerSize, bytes.count)
            bytes.replaceSubrange(end..., with: [UInt8](repeating: 0xff, count: bytes.count - end))
        }
        files[name] = bytes
    }
}
