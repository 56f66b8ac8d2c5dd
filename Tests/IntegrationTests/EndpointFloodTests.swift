import Foundation
import Testing

extension TrafficIntegrationTests {
    /// A thousand clients of the agent's endpoints that send nothing, or slowly.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct EndpointFloodTests {
        /// The process that makes the connections; ends with this value.
        private final class Flood {
            private let process = Process()
            private let commands = Pipe()
            private let answers = Pipe()

            init(port: Int, in traffic: Traffic) throws {
                let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "flood.py")
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments = [
                    "nsenter", "--net=/proc/\(traffic.processIdentifier)/ns/net", "python3", script.path, "\(port)",
                    "1000",
                ]
                process.standardInput = commands
                process.standardOutput = answers
                try process.run()
                _ = answers.fileHandleForReading.availableData
            }

            var isRunning: Bool { process.isRunning }

            deinit {
                try? commands.fileHandleForWriting.close()
                process.waitUntilExit()
            }
        }

        @Test(arguments: [(9464, "/metrics"), (8080, "/livez")])
        func `a thousand idle and slow clients keep nobody out, and cost no more than a hundred`(
            port: Int,
            page: String
        ) throws {
            let traffic = try Traffic()
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "1h", "--health", "127.0.0.1:8080"],
                in: traffic,
                environment: ["OTEL_METRICS_EXPORTER": "prometheus"]
            )
            func status() throws -> Int { try get("http://127.0.0.1:\(port)\(page)", in: traffic).status }
            _ = try eventually("an answer") { try status() == 200 ? true : nil }
            let before = try agent.descriptors()
            let flood = try Flood(port: port, in: traffic)
            for _ in 0..<10 {
                #expect(try status() == 200)
                #expect(try agent.descriptors() <= before + 100 + 1)
            }
            #expect(flood.isRunning && agent.isRunning)
            #expect(
                agent.error.components(separatedBy: "all 100 that are allowed are busy").count < 10,
                "logged seldom"
            )
        }
    }
}
