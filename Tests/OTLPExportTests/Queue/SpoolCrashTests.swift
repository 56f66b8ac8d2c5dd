import Foundation
import HTTPServer
import TestSupport
import Testing

/// Real processes with a spool that are killed, or whose disk fails.
@Suite(.timeLimit(.minutes(2))) struct SpoolCrashTests {
    private let directory: TemporaryDirectory

    init() throws {
        prepareProcess()
        directory = try TemporaryDirectory()
    }

    /// Waits until `condition` holds; the suite's time limit ends it.
    private func until(_ condition: () throws -> Bool) async throws {
        while try !condition() {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test func `kill -9 loses nothing that was stored, and sends at most one request twice (conformance 66)`()
        async throws
    {
        try await CountingReceiver.run { receiver, url in
            let spool = directory.path("spool")
            let kills = 30
            var (stored, first): ([Int], Int) = ([], 1)
            for round in 1...kills {
                receiver.isAway = round % 3 == 0
                let arguments = [url, "--spool", spool, "--first", "\(first)", "--count", "100000", "--patience", "1"]
                let process = try ExportingProcess(arguments)
                // Some during start-up and while they read the spool, others later.
                if round % 4 != 0 {
                    try await until { !process.lines.isEmpty }
                }
                try await Task.sleep(for: .microseconds(Int.random(in: 0..<50_000)))
                process.kill()
                await process.wait()
                let numbers = process.lines.map(\.number)
                stored += numbers
                // The request that was being stored has a number, too.
                first = (numbers.last ?? first) + 2
            }
            receiver.isAway = false
            let last = try ExportingProcess([url, "--spool", spool, "--count", "0", "--flush"])
            await last.wait()
            #expect(last.isSuccess, "\(last.complaints)")
            #expect(last.lines.map { [$0.queued, $0.dropped] } == [[0, 0]])

            let arrived = receiver.numbers
            #expect(stored.count > kills, "the processes got to do something")
            #expect(Set(stored).subtracting(arrived) == [], "stored, but never arrived")
            #expect(arrived == arrived.sorted(), "in order; one that was sent again comes right behind itself")
            #expect(arrived.count - Set(arrived).count <= kills, "not more than one each time is sent again")
            #expect(try directory.names(in: "spool") == ["lock"])
        }
    }

    /// Mounts a file system at `path` that only the process sees.
    private func mounting(_ options: String, at path: String) -> [String] {
        ["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o \(options) tmpfs '\(path)' && exec \"$@\"", "sh"]
    }

    @Test(.enabled(if: geteuid() == 0, "skipped: needs root to mount"))
    func `a full disk is reported once, memory takes its place, and order is kept`() async throws {
        try directory.makeFolder("disk")
        try await CountingReceiver.run { receiver, url in
            receiver.isAway = true
            let arguments = [
                url, "--spool", directory.path("disk/spool"), "--count", "60", "--series", "20", "--patience", "1",
                "--pause", "10", "--flush",
            ]
            // Room for about five requests of three blocks each.
            let launcher = mounting("size=64k,mode=700", at: directory.path("disk"))
            let process = try ExportingProcess(arguments, launcher: launcher)
            try await until { process.lines.count >= 30 }
            receiver.isAway = false
            await process.wait()
            #expect(process.isSuccess, "\(process.complaints)")
            let complaints = process.complaints.split(separator: "\n").filter { $0.contains("No space left on device") }
            #expect(complaints.count >= 1)
            #expect(
                complaints.allSatisfy { $0.contains("keep a request in the spool") && $0.contains("wait in memory") }
            )
            #expect(process.lines.allSatisfy { $0.dropped == 0 })
            #expect(receiver.numbers == Array(1...60))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "skipped: needs root to mount"))
    func `a read-only disk is reported once, and memory takes its place`() async throws {
        try directory.makeFolder("disk")
        try await CountingReceiver.run { receiver, url in
            let arguments = [url, "--spool", directory.path("disk"), "--count", "20"]
            let process = try ExportingProcess(arguments, launcher: mounting("ro,mode=700", at: directory.path("disk")))
            await process.wait()
            #expect(process.isSuccess)
            let complaints = process.complaints.split(separator: "\n")
            #expect(complaints.count == 1)
            #expect(complaints.first?.contains("Read-only file system. Requests wait in memory") == true)
            #expect(receiver.numbers == Array(1...20))
        }
    }

    @Test func `another process' spool is not touched, and the error names it`() async throws {
        try await CountingReceiver.run { receiver, url in
            receiver.isAway = true
            let arguments = [url, "--spool", directory.path("spool"), "--count", "100000", "--pause", "5"]
            let owner = try ExportingProcess(arguments + ["--patience", "1"])
            try await until { owner.lines.count > 2 }
            let other = try ExportingProcess(arguments)
            await other.wait()
            #expect(!other.isSuccess)
            #expect(other.complaints.contains("cannot use the spool \(directory.path("spool")): process "))
            #expect(owner.lines.allSatisfy { $0.dropped == 0 })
            owner.kill()
            await owner.wait()
        }
    }
}
