import Glibc
import Metrics
import TestSupport
import Testing

@testable import OTLPExport

/// The spool's files, on a real file system.
@Suite struct SpoolDirectoryTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func request(_ points: Int, size: Int = 100) -> EncodedRequest {
        let time = Timestamp(unixNanoseconds: UInt64(points))
        let body = [UInt8](repeating: UInt8(truncatingIfNeeded: points), count: size)
        return EncodedRequest(body: body, compression: .none, pointCount: points, time: time)
    }

    private func open(_ name: String = "spool") throws -> SpoolDirectory {
        try SpoolDirectory(directory.path(name))
    }

    /// The number of points in each request that a new process finds, oldest first.
    private func found(_ name: String = "spool") throws -> [Int] {
        try open(name).inventory().requests.map(\.pointCount)
    }

    /// The numbers of `inventory`'s requests.
    private func numbers(_ inventory: SpoolDirectory.Inventory) -> [UInt64] {
        inventory.requests.compactMap { request in
            if case .spool(let number) = request.place { number } else { nil }
        }
    }

    @Test func `what is stored is found by the next process, in its order`() throws {
        do {
            let spool = try open()
            #expect(try spool.inventory() == SpoolDirectory.Inventory())
            // More than nine, because names might sort differently from numbers.
            for points in 1...12 { #expect(try spool.store(request(points)) == UInt64(points)) }
            try spool.remove(1)
        }
        let spool = try open()
        let inventory = try spool.inventory()
        #expect(inventory.requests.map(\.pointCount) == Array(2...12))
        #expect(try numbers(inventory).map { try spool.load($0) } == (2...12).map { request($0) })
        #expect(try spool.store(request(13)) == 13, "the order goes on")
    }

    @Test func `a number is never used again while a later request waits`() throws {
        do {
            let spool = try open()
            _ = try spool.inventory()
            for points in 1...3 { _ = try spool.store(request(points)) }
            for number in [1, 2] as [UInt64] { try spool.remove(number) }
        }
        let spool = try open()
        _ = try spool.inventory()
        #expect(try spool.store(request(4)) == 4)
        #expect(try spool.inventory().requests.map(\.pointCount) == [3, 4])
    }

    @Test func `files are their owner's alone, whatever the umask is`() throws {
        let spool = try open()
        _ = try spool.inventory()
        _ = try spool.store(request(1))
        #expect(try directory.mode(of: "spool") == 0o700)
        for name in try directory.names(in: "spool") {
            #expect(try directory.mode(of: "spool/\(name)") == 0o600, "\(name)")
        }
        #expect(try directory.names(in: "spool") == ["000000000000000001.otlp", "lock"])
    }

    @Test func `another process' lock is respected, and the error names both`() throws {
        let first = try open()
        let path = directory.path("spool")
        let error = #expect(throws: SpoolError.self) { try open() }
        #expect(error?.kind == .locked)
        #expect(error?.description.contains(path) == true)
        #expect(error?.description.contains("process \(getpid()) uses it") == true)
        // It must live until here.
        withExtendedLifetime(first) {}
    }

    @Test func `a lock ends with its owner`() throws {
        for _ in 1...3 { _ = try open() }
    }

    @Test func `a segment that is cut off is discarded and counted, and the others stay`() throws {
        do {
            let spool = try open()
            _ = try spool.inventory()
            for points in 1...5 { _ = try spool.store(request(points)) }
        }
        let names = try directory.names(in: "spool")
        try directory.write(Array(directory.read("spool/\(names[1])").dropLast()), to: "spool/\(names[1])")
        try directory.write([], to: "spool/\(names[2])")
        var damaged = try directory.read("spool/\(names[3])")
        damaged[20] ^= 1
        try directory.write(damaged, to: "spool/\(names[3])")
        let inventory = try open().inventory()
        #expect(inventory.requests.map(\.pointCount) == [1, 5])
        #expect(inventory.discarded == [2, 3, 4])
        #expect(try directory.names(in: "spool") == [names[0], names[4], "lock"])
    }

    @Test func `a damaged body is noticed when it is read, and removed`() throws {
        let spool = try open()
        _ = try spool.inventory()
        _ = try spool.store(request(1))
        let name = try #require(try directory.names(in: "spool").first)
        var bytes = try directory.read("spool/\(name)")
        bytes[100] ^= 1
        try directory.write(bytes, to: "spool/\(name)")
        #expect(try spool.inventory().requests.count == 1, "only headers are read at the start")
        let error = #expect(throws: SpoolError.self) { try spool.load(1) }
        #expect(error?.description.contains("damaged: its checksum is wrong") == true)
        #expect(try spool.inventory() == SpoolDirectory.Inventory())
    }

    @Test func `a file that is gone is an error and no end`() throws {
        let spool = try open()
        #expect(throws: SpoolError.self) { try spool.load(7) }
        try spool.remove(7)
    }

    @Test func `what was being written is cleared away, and what is not ours is left alone`() throws {
        _ = try open()
        try directory.write([1, 2, 3], to: "spool/000000000000000009.part")
        let foreign = [
            "999999999999999999.otlp", "1.otlp", "notes.txt", "00000000000000000x.otlp", "+00000000000000001.otlp",
        ]
        for name in foreign { try directory.write([1], to: "spool/\(name)") }
        try directory.makeFolder("spool/folder")
        var later = SpoolSegment.encode(request(1))
        later[8] = 2
        try directory.write(later, to: "spool/000000000000000008.otlp")

        let spool = try open()
        let inventory = try spool.inventory()
        #expect(inventory.unfinishedCount == 1)
        #expect(inventory.foreignCount == 1)
        #expect(inventory.requests.isEmpty && inventory.discarded.isEmpty)
        #expect(try directory.names(in: "spool") == (foreign + ["folder", "lock", "000000000000000008.otlp"]).sorted())
        #expect(try spool.store(request(1)) == 9, "behind the later version's")
    }

    @Test func `a symbolic link is not followed`() throws {
        _ = try open()
        try directory.write(SpoolSegment.encode(request(1)), to: "elsewhere")
        try directory.link("spool/000000000000000001.otlp", to: "elsewhere")
        let inventory = try open().inventory()
        #expect(inventory.requests.isEmpty)
        #expect(inventory.foreignCount == 1)
    }

    @Test func `what is left of a request takes its place`() throws {
        do {
            let spool = try open()
            _ = try spool.inventory()
            for points in 1...3 { _ = try spool.store(request(points)) }
            try spool.replace(2, with: request(20))
        }
        #expect(try found() == [1, 20, 3])
    }

    @Test(arguments: [(0, 4096), (4048, 4096), (4049, 8192)])
    func `a request counts with what its file takes of a disk`(body: Int, size: Int) {
        #expect(SpoolDirectory.size(ofBody: body) == size)
    }

    @Test func `requests that can't be removed are reported once, until one can`() throws {
        var store = try RequestStore(spool: directory.path("spool"))
        _ = store.open()
        for _ in 1...2 {
            let stored = (1...3).compactMap { store.spool(request($0)) }
            #expect(stored.count == 3)
            let names = try directory.names(in: "spool").filter(SpoolDirectory.isSegment)
            for name in names {
                // What is not a file can't be removed as one.
                try directory.remove("spool/\(name)")
                try directory.makeFolder("spool/\(name)")
            }
            for request in stored { store.remove(request) }
            let warnings = store.takeWarnings()
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains("cannot remove a request from the spool") == true)
            for name in names { try directory.remove("spool/\(name)") }
            let removable = store.spool(request(1))
            store.remove(try #require(removable))
            #expect(store.takeWarnings() == [])
        }
    }

    // MARK: Directories that will not do

    @Test(arguments: [0o777, 0o770, 0o720, 0o702])
    func `a directory in which others may write is refused`(mode: Int) throws {
        try directory.makeFolder("shared", mode: mode)
        let error = #expect(throws: SpoolError.self) { try open("shared") }
        #expect(error?.kind == .misconfigured)
        #expect(error?.description.contains("others may write there") == true)
        #expect(try directory.mode(of: "shared") == mode, "it is not ours to change")
        _ = try open("shared/own")
    }

    @Test func `a directory that others may only read is taken`() throws {
        try directory.makeFolder("state", mode: 0o755)
        _ = try open("state")
    }

    @Test func `a file, or a path without a directory above it, is refused`() throws {
        try directory.write([], to: "file")
        for (name, words) in [("file", "Name a directory"), ("a/b/c", "Create its parent directory first")] {
            let error = #expect(throws: SpoolError.self) { try open(name) }
            #expect(error?.kind == .misconfigured)
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    @Test func `a file system that is read-only is a failure of the disk`() {
        let error = #expect(throws: SpoolError.self) { try SpoolDirectory("/sys/tcplens") }
        #expect(error?.kind == .failed)
        #expect(error?.description.hasPrefix("cannot use the spool /sys/tcplens: ") == true)
    }
}
