import Foundation
import Testing

/// The kernel writes a value for each of its processors, whatever number a file below /sys shows.
extension TrafficIntegrationTests {
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ProcessorTests {
        /// The text of the file; `nil` for no file.
        private static let claims: [String?] = ["0", "0-0", "0-63", "0-8191", "", "x", "0-", "4294967295", nil]

        private static let commands = [
            ["run", "--once", "--response-time"], ["trace", "--duration", "300ms"],
            ["top", "--count", "1", "--interval", "200ms"], ["snapshot", "--by", "port,container,listener"], ["doctor"],
        ]

        @Test(arguments: claims)
        func `the file with the number of processors has no effect`(claim: String?) throws {
            let file = FileManager.default.temporaryDirectory.appending(path: "possible-\(UUID().uuidString)")
            try Data("\(claim ?? "")\n".utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let path = file.path(percentEncoded: false)
            let traffic = try Traffic()
            try traffic("listen 4 7001 128", "connect a 4 7001 3")
            let condition = Condition(
                // Writes beyond the end of a buffer are detected.
                environment: ["OTEL_METRICS_EXPORTER": "console", "MALLOC_PERTURB_": "77", "MALLOC_CHECK_": "3"],
                namespace: traffic,
                mounts: claim == nil
                    ? "mount -t tmpfs none /sys/devices/system/cpu"
                    : "mount --bind \(path) /sys/devices/system/cpu/possible"
            )
            for command in Self.commands {
                let result = try condition.command(command)
                #expect(result.status == 0, "\(command) with \(claim ?? "no file"): \(result.error)")
            }
            let diagnosis = try condition.expectAgreement()
            let check = try diagnosis.check("processors")
            #expect(check.status == "warning")
            #expect(check.found.contains("tcplens uses the kernel's number"))
        }

        @Test(arguments: ["0", "0-63", ""])
        func `the counts of all processors are added up`(claim: String) throws {
            let file = FileManager.default.temporaryDirectory.appending(path: "possible-\(UUID().uuidString)")
            try Data("\(claim)\n".utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let traffic = try Traffic()
            try traffic("listen 4 7001 128")
            let condition = Condition(
                environment: ["OTEL_METRICS_EXPORTER": "console"],
                namespace: traffic,
                mounts: "mount --bind \(file.path(percentEncoded: false)) /sys/devices/system/cpu/possible"
            )
            let agent = try RunningProcess(
                condition.line(["run", "--interval", "1h"]),
                in: traffic,
                environment: condition.environment
            )
            _ = try eventually("a first collection") { agent.output.contains("tcplens.stock.drift") ? true : nil }
            try traffic("connect a 4 7001 50")
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0)
            let report = ConsoleReport(agent.output)
            #expect(report.transitions("syn_sent", "established") == 50)
            #expect(report.transitions("syn_received", "established") == 50)
        }
    }
}
