import Foundation
import Metrics
import TestSupport
import Testing

@testable import OTLPExport

/// Examining a spool changes nothing.
@Suite struct SpoolExaminationTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func `one that is not there yet is not there afterwards either`() throws {
        let examination = try SpoolExamination(directory.path("spool"))
        #expect(!examination.isMade)
        #expect(examination.requestCount == 0)
        #expect(examination.room ?? 0 > 0)
        #expect(try directory.names(in: "").isEmpty)
    }

    @Test func `what waits in one is counted and stays`() throws {
        let spool = try SpoolDirectory(directory.path("spool"))
        let request = EncodedRequest(
            body: [1, 2, 3],
            compression: .none,
            pointCount: 1,
            time: Timestamp(unixNanoseconds: 1)
        )
        _ = try spool.store(request)
        _ = try spool.store(request)
        // This process holds the lock.
        #expect(throws: SpoolError.self) { try SpoolExamination(directory.path("spool")) }
        let files = try directory.names(in: "spool")
        let lock = try directory.read("spool/lock")
        withExtendedLifetime(spool) {}
        #expect(files.count == 3)
        #expect(try directory.names(in: "spool") == files)
        #expect(try directory.read("spool/lock") == lock)
    }

    @Test func `the lock is free again after it, and so it was before`() throws {
        let path = directory.path("spool")
        do {
            _ = try SpoolDirectory(path)
        }
        let examination = try SpoolExamination(path)
        #expect(examination.isMade)
        #expect(throws: Never.self) { try SpoolDirectory(path) }
        #expect(try directory.names(in: "spool") == ["lock"])
    }

    @Test func `what can't be a spool is refused as its user would`() throws {
        try directory.makeFolder("open", mode: 0o777)
        try directory.write([], to: "file")
        try directory.makeFolder("linked")
        try directory.link("linked/lock", to: "file")
        for name in ["open", "file", "nothing/spool", "linked"] {
            let path = directory.path(name)
            let used = #expect(throws: SpoolError.self) { try SpoolDirectory(path) }
            let examined = #expect(throws: SpoolError.self) { try SpoolExamination(path) }
            #expect(used == examined, "\(name)")
            #expect(used?.kind == .misconfigured)
        }
    }
}
