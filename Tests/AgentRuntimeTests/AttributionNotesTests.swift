import Foundation
import Logging
import Metrics
import Probes
import Resource
import Synchronization
import Testing
import Workloads

@testable import AgentRuntime
@testable import Settings

/// What the log says of workloads.
@Suite struct AttributionNotesTests {
    /// Keeps what is logged.
    private final class Recorder: Sendable {
        let lines = Mutex<[String]>([])
    }

    private struct Handler: LogHandler {
        let recorder: Recorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(_ recorder: Recorder) {
            self.recorder = recorder
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.lines.withLock { $0.append("\(event.level) \(event.message)") }
        }
    }

    private func logger(_ recorder: Recorder) -> Logger {
        Logger(label: "test") { _ in Handler(recorder) }
    }

    @Test func `each notice is logged once, and again after a reload`() {
        let recorder = Recorder()
        let log = NoticeLog(logger: logger(recorder))
        for line in ["one", "two", "one", "two", "one"] { log.note(line) }
        #expect(recorder.lines.withLock { $0 } == ["notice one", "notice two"])
        log.follow(logger(recorder))
        log.note("one")
        #expect(recorder.lines.withLock { $0.count } == 3)
    }

    @Test func `what containers say can neither flood the log nor write into it`() {
        let recorder = Recorder()
        let log = NoticeLog(logger: logger(recorder))
        log.note("a\nerror: b\u{1b}[2J" + String(repeating: "x", count: 5000))
        for number in 0..<5000 { log.note("line \(number)") }
        let lines = recorder.lines.withLock { $0 }
        #expect(lines.count == 2001)
        #expect(lines[0].count < 1100 && !lines[0].contains("\n") && !lines[0].contains("\u{1b}"))
        #expect(lines.last?.contains("no more are logged") == true)
    }

    @Test func `it is said what can't be told apart, if something is to be`() {
        let options = AttributionOptions()
        #expect(AttributionNotes.lines(options) { .whole("/c") }.isEmpty)
        #expect(AttributionNotes.lines(options) { .part(["/c"]) }.first?.contains("(at /c)") == true)
        #expect(AttributionNotes.lines(options) { .none }.first?.contains("version 2 is not mounted") == true)
        #expect(AttributionNotes.lines(nil) { .none }.isEmpty)
    }

    @Test func `the line at the start says the scope and what attribution does`() throws {
        var settings = try RunSettings()
        #expect(settings.observationText == "this network namespace")
        settings.probes.scope = .node
        #expect(
            settings.observationText
                == "all network namespaces of this machine, each container and systemd unit under its own resource, "
                + "named by what its processes say of themselves (at most 1000)"
        )
        (settings.applicationResource, settings.workloadLimit) = (false, 7)
        #expect(settings.observationText.hasSuffix("under its own resource (at most 7)"))
        settings.attribution = .off
        #expect(settings.observationText == "all network namespaces of this machine")
    }

    @Test(
        arguments: [
            (["k8s.node.name": "node-1"], "m-1", ["m-1", "node-1"]), ([:], "m-1", ["m-1", "web"]),
            ([:], nil, ["web"]),
        ] as [([String: String], String?, [String])]
    )
    func `a host is known by what stays`(node: [String: String], id: String?, parts: [String]) {
        var attributes = ResourceSettings()
        attributes.attributes["host.name"] = "web"
        attributes.attributes["host.id"] = id.map { .string($0) }
        attributes.attributes["k8s.node.name"] = node["k8s.node.name"].map { .string($0) }
        let machine = Machine(environment: [:]) { _ in nil }
        let identity = AgentIdentity(of: machine, attributes, isSingle: false)
        let options = AttributionOptions(limit: 3).identified(by: identity)
        #expect(options.host == parts)
        #expect(options.limit == 3)
        #expect(Set(options.agent.map { $0["service.instance.id"] }).count == 3)
    }
}
