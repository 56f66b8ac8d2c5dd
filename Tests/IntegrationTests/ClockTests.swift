import Foundation
import Testing

/// An agent whose wall clock is set while it runs.
extension PeerIntegrationTests {
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ClockTests {
        /// A wall clock for one process.
        private final class Clock {
            private let directory: URL
            private var file: URL { directory.appending(path: "offset") }

            init() throws {
                directory = URL(filePath: NSTemporaryDirectory()).appending(path: "clock-\(UUID().uuidString)")
                try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
                let source = URL(filePath: #filePath).deletingLastPathComponent()
                    .appending(path: "../Clock/set-clock.c").path(percentEncoded: false)
                let built = try run(["clang", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", source, "-o", library])
                guard built.status == 0 else { throw Timeout(description: "clang: \(built.error)") }
                try set(0)
            }

            deinit {
                try? FileManager.default.removeItem(at: directory)
            }

            private var library: String { directory.appending(path: "set-clock.so").path(percentEncoded: false) }

            var environment: [String: String] {
                ["LD_PRELOAD": library, "CLOCK_OFFSET": file.path(percentEncoded: false)]
            }

            /// Sets the clock to this many seconds after the machine's.
            func set(_ seconds: Int) throws {
                // One write of always the same length, into the file that the process has open.
                let text = Data("\(seconds)".padding(toLength: 24, withPad: " ", startingAt: 0).utf8)
                if let open = try? FileHandle(forWritingTo: file) {
                    try open.write(contentsOf: text)
                    try open.close()
                } else {
                    try text.write(to: file)
                }
            }
        }

        /// The start and the time, in seconds since 1970, of each point that has both.
        private func times(_ json: Any) -> [(start: Double, time: Double)] {
            if let list = json as? [Any] { return list.flatMap(times) }
            guard let object = json as? [String: Any] else { return [] }
            func seconds(_ key: String) -> Double? {
                (object[key] as? String).flatMap { Double($0) }.map { $0 / 1e9 }
            }
            guard let start = seconds("startTimeUnixNano"), let time = seconds("timeUnixNano") else {
                return object.values.flatMap(times)
            }
            return [(start, time)]
        }

        /// A clock of 1986 that is set right, and one that is set back by hours.
        @Test(arguments: [(-40 * 365 * 86_400, 0), (0, -3 * 3600), (7200, 0)])
        func `points have the right time as soon as the clock has, and no start is years ago`(before: Int, after: Int)
            throws
        {
            let traffic = try Traffic()
            let clock = try Clock()
            try clock.set(before)
            let sink = try Sink("--format", "json", in: traffic)
            let environment = clock.environment.merging(["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": sink.endpoint]) { $1 }
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "200ms"],
                in: traffic,
                environment: environment
            )
            let first = try #require(try sink.requests(2).last)
            #expect(times(first).count > 20)
            let now = Date().timeIntervalSince1970
            for (start, time) in times(first) {
                #expect(abs(time - now - Double(before)) < 10 && abs(time - start) < 10)
            }
            try clock.set(after)
            _ = try eventually("the agent to see it") { agent.error.contains("the clock was set ") ? true : nil }
            let seen = try sink.requests(1).count
            let requests = try sink.requests(seen + 2)
            let last = try #require(requests.last)
            #expect(times(last).count > 20)
            for (start, time) in times(last) {
                #expect(abs(time - Date().timeIntervalSince1970 - Double(after)) < 10)
                #expect(time >= start && time - start < 20)
            }
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0, "\(agent.error)")
            #expect(agent.error.split(separator: "\n").count { $0.contains("the clock was set ") } == 1)
        }
    }
}
