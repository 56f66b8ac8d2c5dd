import Foundation
import TestSupport
import Testing

extension PeerIntegrationTests {
    /// What the agent reports to a service manager such as systemd; the test is the manager.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ServiceManagerTests {
        private func agent(
            _ receiver: DatagramReceiver,
            _ options: [String] = ["--interval", "1h"],
            in traffic: Traffic? = nil,
            environment: [String: String] = ["OTEL_METRICS_EXPORTER": "console"]
        ) throws -> RunningProcess {
            try RunningProcess(
                [Executable.tcplens, "run"] + options,
                in: traffic,
                environment: environment.merging(["NOTIFY_SOCKET": receiver.address]) { $1 }
            )
        }

        /// A manager whose address is a path: each network namespace has abstract names of its own.
        private func receiverInFiles() throws -> DatagramReceiver {
            try DatagramReceiver("\(NSTemporaryDirectory())/tcplens-\(UUID().uuidString.prefix(8))")
        }

        /// The next datagram, which must begin with `state`.
        @discardableResult
        private func expect(_ state: String, _ receiver: DatagramReceiver, _ agent: RunningProcess) throws -> String {
            let next = receiver.next(within: .seconds(60))
            guard let next, next.hasPrefix(state) else {
                throw Timeout(description: "no \(state) but \(next ?? "nothing"); the log: \(agent.error)")
            }
            return next
        }

        @Test func `it says when it is ready, reloads, and stops`() throws {
            let receiver = try DatagramReceiver()
            let file = try ConfigurationFile(
                "{file_format: '1.1', meter_provider: {readers: [{periodic: {exporter: {console: }}}]}}"
            )
            let agent = try agent(receiver, ["--config", file.path], environment: [:])
            try expect("STATUS=loading programs into the kernel", receiver, agent)
            #expect(try expect("READY=1", receiver, agent) == "READY=1\nSTATUS=every 60 s to console")
            #expect(agent.output.contains("tcplens.rtt"), "the first collection is done")

            try file.write("{file_format: '1.1', disabled: true}")
            agent.signal(SIGHUP)
            try expect("RELOADING=1\nMONOTONIC_USEC=", receiver, agent)
            #expect(try expect("READY=1", receiver, agent) == "READY=1\nSTATUS=disabled by its configuration")

            try file.write("{file_format: '1.1', disabled: maybe}")
            agent.signal(SIGHUP)
            try expect("RELOADING=1", receiver, agent)
            let refused = try expect("READY=1", receiver, agent)
            #expect(refused.contains("configuration; the new configuration was refused: \(file.path):1:"))

            agent.signal(SIGTERM)
            let end = try expect("STOPPING=1", receiver, agent)
            #expect(end.contains("\nEXTEND_TIMEOUT_USEC=7000000"))
            agent.wait()
            #expect(agent.status == 0)
            #expect(receiver.taken() == [])
        }

        @Test func `it is ready while the Collector does not answer`() throws {
            // A client that connects there never gets an answer.
            let traffic = try Traffic()
            try traffic("listen 4 7001 128")
            let receiver = try receiverInFiles()
            defer { try? FileManager.default.removeItem(atPath: receiver.address) }
            let agent = try agent(
                receiver,
                in: traffic,
                environment: [
                    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:7001", "OTEL_EXPORTER_OTLP_TIMEOUT": "60000",
                ]
            )
            try expect("STATUS=loading", receiver, agent)
            let clock = ContinuousClock()
            let start = clock.now
            let ready = try expect("READY=1", receiver, agent)
            #expect(ready == "READY=1\nSTATUS=every 3600 s to http://127.0.0.1:7001/v1/metrics")
            #expect(clock.now - start < .seconds(30))
            agent.signal(SIGKILL)
        }

        @Test func `the status says why exports fail, and that they work again`() throws {
            let traffic = try Traffic()
            let receiver = try receiverInFiles()
            defer { try? FileManager.default.removeItem(atPath: receiver.address) }
            let agent = try agent(
                receiver,
                ["--interval", "200ms"],
                in: traffic,
                environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"]
            )
            let failing = try eventually("the reason") {
                receiver.next(within: .seconds(1)).flatMap { $0.contains("; cannot export") ? $0 : nil }
            }
            #expect(failing.contains("to http://127.0.0.1:4318/v1/metrics; cannot export"))
            let sink = try RunningProcess([Executable.tcplens, "sink"], in: traffic)
            _ = try eventually("the end of the outage", within: .seconds(60)) {
                receiver.next(within: .seconds(1)).flatMap { $0.hasSuffix("/v1/metrics") ? $0 : nil }
            }
            agent.signal(SIGTERM)
            agent.wait()
            sink.signal(SIGTERM)
        }

        @Test func `it gives signs of life while its loop turns, and none when the loop hangs`() throws {
            // The test holds the pipe open and does not read from it. So the console blocks when the pipe is full.
            let pipe = FileManager.default.temporaryDirectory.appending(path: "tcplens-\(UUID().uuidString)")
                .path(percentEncoded: false)
            try #require(unsafe mkfifo(pipe, 0o600) == 0)
            defer { try? FileManager.default.removeItem(atPath: pipe) }
            let reader = try #require(FileHandle(forUpdatingAtPath: pipe))
            let receiver = try DatagramReceiver()
            let agent = try RunningProcess(
                ["sh", "-c", "exec \(Executable.tcplens) run --interval 1s > \(pipe)"],
                environment: [
                    "OTEL_METRICS_EXPORTER": "console", "OTEL_METRIC_EXPORT_TIMEOUT": "0",
                    "NOTIFY_SOCKET": receiver.address, "WATCHDOG_USEC": "200000",
                ]
            )
            let status = try eventually("the loop to hang") {
                receiver.next(within: .seconds(1)).flatMap { $0.contains("no sign of life") ? $0 : nil }
            }
            #expect(status.contains("the collection loop has not turned for"))
            _ = receiver.taken()
            Thread.sleep(forTimeInterval: 1)
            #expect(!receiver.taken().contains { $0.contains("WATCHDOG=1") })
            #expect(agent.error.contains("the service manager gets no sign of life"))
            // Somebody reads.
            reader.readabilityHandler = { _ = $0.availableData }
            _ = try eventually("signs of life again") {
                receiver.next(within: .seconds(1)).flatMap { $0 == "WATCHDOG=1" ? $0 : nil }
            }
            reader.readabilityHandler = nil
            agent.signal(SIGKILL)
            agent.wait()
        }

        @Test func `signs of life come at half of the limit`() throws {
            let receiver = try DatagramReceiver()
            let agent = try agent(
                receiver,
                environment: ["OTEL_METRICS_EXPORTER": "console", "WATCHDOG_USEC": "1000000"]
            )
            let clock = ContinuousClock()
            var times: [ContinuousClock.Instant] = []
            while times.count < 6 {
                let next = try #require(receiver.next(within: .seconds(60)), "\(agent.error)")
                if next == "WATCHDOG=1" { times.append(clock.now) }
            }
            let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
            #expect(gaps.max() ?? .zero < .seconds(1), "\(gaps)")
            #expect(times[5] - times[0] > .seconds(2))
            agent.signal(SIGSTOP)
            _ = receiver.taken()
            #expect(receiver.next(within: .seconds(2)) == nil)
            agent.signal(SIGKILL)
        }

        @Test(arguments: [["run", "--once"], ["run", "--print-config"], ["snapshot"], ["doctor"]])
        func `other commands say nothing`(arguments: [String]) throws {
            let receiver = try DatagramReceiver()
            _ = try run(
                [Executable.tcplens] + arguments,
                environment: [
                    "OTEL_METRICS_EXPORTER": "console", "NOTIFY_SOCKET": receiver.address, "WATCHDOG_USEC": "1000",
                ]
            )
            #expect(receiver.taken() == [])
        }

        @Test func `a manager that is not there is a warning, and it works without`() throws {
            let agent = try RunningProcess(
                [Executable.tcplens, "run"],
                environment: ["OTEL_SDK_DISABLED": "true", "NOTIFY_SOCKET": "/nowhere/notify"]
            )
            _ = try eventually("the start") { agent.error.contains("nothing is observed") ? true : nil }
            #expect(agent.error.contains("warning tcplens: [TCPLens] the service manager is not notified"))
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0)
        }

        @Test(arguments: [true, false])
        func `lines for the journal have a severity, and no time`(isJournal: Bool) throws {
            let stream = isJournal ? "$(stat -L -c %d:%i /proc/self/fd/2)" : "1:1"
            let agent = try RunningProcess(
                ["sh", "-c", "export JOURNAL_STREAM=\(stream); exec \(Executable.tcplens) run"],
                environment: ["OTEL_SDK_DISABLED": "true", "OTEL_METRIC_EXPORT_INTERVAL": "soon"]
            )
            _ = try eventually("the start") { agent.error.contains("nothing is observed") ? true : nil }
            agent.signal(SIGTERM)
            agent.wait()
            let lines = agent.error.split(separator: "\n")
            #expect(lines.allSatisfy { $0.contains(/^<[4-6]>\S/) } == isJournal, "\(agent.error)")
            #expect(lines.contains { $0.hasPrefix("<5>disabled by its configuration") } == isJournal)
            #expect(lines.contains { $0.hasPrefix("<4>") && $0.contains("soon") } == isJournal)
        }

        @Test func `a failed start is an error in the journal`() throws {
            let command = "export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); exec \(Executable.tcplens)"
            let result = try run(["sh", "-c", "\(command) run --config /nowhere.yaml"])
            #expect(result.status != 0)
            #expect(result.error.hasPrefix("<3>/nowhere.yaml"), "\(result.error)")
        }
    }
}
