import HTTPServer
import TestSupport
import Testing

/// Exports leave no memory behind.
///
/// `Benchmarks/export` observes it for longer.
@Suite(.timeLimit(.minutes(5))) struct ExportMemoryTests {
    @Test(arguments: [[], ["--gzip", "--spool"]])
    func `a payload of 2000 series with four metrics leaves nothing behind`(options: [String]) async throws {
        prepareProcess()
        let directory = try TemporaryDirectory()
        let server = try await HTTPServer(host: "127.0.0.1", port: 0)
        let receiver = Task { await server.run { _ in .accepted } }
        defer { receiver.cancel() }
        let spool = options.isEmpty ? [] : [directory.path("spool")]
        let (warmUp, count) = (40, 120)
        let process = try ExportingProcess(
            ["http://127.0.0.1:\(server.port)", "--series", "2000", "--count", "\(count)"] + options + spool
        )
        await process.wait()
        #expect(process.isSuccess, "\(process.complaints)")
        let lines = process.lines
        #expect(lines.count == count)
        #expect(lines.allSatisfy { $0.accepted == 8000 })
        let memory = lines.map(\.memory)
        let (before, after) = (memory[..<warmUp].max() ?? 0, memory.last ?? 0)
        #expect(before > 1000, "in KiB")
        // One byte of each point would be 625 KiB.
        #expect(after - before < 300, "grew from \(before) to \(after) KiB in \(count - warmUp) exports")
    }
}
