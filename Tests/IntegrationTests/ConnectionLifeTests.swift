import Foundation
import Testing

extension TrafficIntegrationTests {
    /// Where exports go when the Collector's name is given another address.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ConnectionLifeTests {
        @Test func `a busy connection follows the name of its receiver`() throws {
            let traffic = try Traffic()
            let old = try Sink("--host", "127.0.0.2", "--port", "4318", "--format", "json", in: traffic)
            let new = try Sink("--host", "127.0.0.3", "--port", "4318", "--format", "json", in: traffic)
            let hosts = FileManager.default.temporaryDirectory.appending(path: "hosts-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: hosts) }
            try "127.0.0.2 collector.test\n".write(to: hosts, atomically: false, encoding: .utf8)
            let script = "mount --bind \"$1\" /etc/hosts && shift && exec \"$@\""
            let exporting = try RunningProcess(
                [
                    "unshare", "--mount", "sh", "-c", script, "sh", hosts.path(percentEncoded: false),
                    Executable.exporting,
                    "http://collector.test:4318", "--count", "1000000", "--pause", "100", "--life", "2",
                ],
                in: traffic
            )
            _ = try old.requests(3)
            // Written in place, because the file is mounted.
            try "127.0.0.3 collector.test\n".write(to: hosts, atomically: false, encoding: .utf8)
            _ = try new.requests(3)
            let count = try old.requests(3).count
            _ = try new.requests(20)
            #expect(try old.requests(3).count <= count + 1)
            // No export failed.
            #expect(
                exporting.output.split(separator: "\n").allSatisfy {
                    $0.split(separator: " ").dropFirst(2).first == "0"
                }
            )
            #expect(exporting.error.isEmpty, "\(exporting.error)")
        }
    }
}
