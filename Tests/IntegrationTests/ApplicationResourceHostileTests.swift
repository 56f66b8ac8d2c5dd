import Foundation
import TestSupport
import Testing

extension IntegrationTests {
    /// Applications that say what is wrong, endless, or another's.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ApplicationResourceHostileTests {
        /// What a process does with its memory, and the reason in the log; none for what is only ignored.
        private static let contexts: [(kind: String, reason: String?)] = [
            ("empty", "wrong size"), ("huge", "wrong size"), ("too long", "wrong size"), ("null", "not in memory"),
            ("kernel", "not in memory"), ("highest", "not in memory"), ("half mapped", "not in memory"),
            ("unreadable", "not in memory"), ("being written", "changes while it is read"),
            ("wrong signature", "wrong signature"), ("next version", "unknown version"),
            ("noise", "malformed message"), ("nested", nil), ("many attributes", "too many attributes"),
            ("many mappings", "too many process contexts"), ("changing", nil), ("much memory", nil),
            ("endless", "blocks its reader"),
        ]
        /// Attributes that are published, and the reason.
        private static let attributes: [(key: String, value: String, reason: String)] = [
            ("service.version", String(repeating: "x", count: 3 << 20), "wrong size"),
            ("service.version", String(repeating: "x", count: 3000), "too long"),
            ("service.version", "1\u{1B}[2J\u{7}", "empty or with control characters"),
            ("service.name", "shop\ntcplens 0.1.0", "empty or with control characters"),
            ("service.name", "evil\u{202E}pohs", "empty or with control characters"),
            ("service.token", "x", "looks like a credential"),
            ("service.url", "https://u:p@h/", "looks like a credential"),
        ]

        @Test func `none disturbs the agent or another's resource, and each is refused once`() throws {
            // What waits for a sink on a busy machine would be most of the memory.
            let watch = try ApplicationWatch("--scope", "self", "--queue-limit", "1MiB", interval: "500ms")
            let victims = (0..<2).map { _ in ApplicationWatch.container() }
            let configured = try watch.start(
                at: victims[0],
                ["OTEL_RESOURCE_ATTRIBUTES": "service.name=bank,service.namespace=n,service.instance.id=bank-1"]
            )
            let silent = try watch.start(at: victims[1])
            let bank = ["service.name": "bank", "service.namespace": "n", "service.instance.id": "bank-1"]
            let before = [
                try watch.wait(for: victims[0], bank),
                try watch.wait(for: victims[1], ["tcplens.service.source": "workload"]),
            ]
            let (start, memory) = (try watch.history().count, try watch.residentMemory())

            var hostile: [(path: String, reason: String?, application: Publisher)] = []
            for context in Self.contexts {
                let path = ApplicationWatch.container()
                let application = try watch.start(at: path)
                let answer = try application("hostile", context.kind) as? String
                // Some kernels do not let a process make such a page.
                hostile.append((path, answer == "ok" ? context.reason : nil, application))
            }
            for (key, value, reason) in Self.attributes {
                let path = ApplicationWatch.container()
                let application = try watch.start(at: path)
                try application.publish([key: value])
                hostile.append((path, reason, application))
            }
            // What the victims are, said by others.
            for victim in before {
                let keys = ["service.name", "service.namespace", "service.instance.id", "container.id"]
                let pairs = keys.compactMap { key in victim[key].map { (key, $0) } }
                let published = try watch.start(at: ApplicationWatch.container())
                try published("publish", pairs.map { [$0.0, $0.1] })
                let list = pairs.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
                let path = ApplicationWatch.container()
                let environment = try watch.start(at: path, ["OTEL_RESOURCE_ATTRIBUTES": list])
                hostile += [(path, nil, environment), (path, nil, published)]
            }
            try watch.waitForRequests(25)
            // It grows at first, with what is read for the first time, and then stays.
            var grown = [try watch.residentMemory() - memory]
            repeat {
                try watch.waitForRequests(25)
                grown.append(try watch.residentMemory() - memory)
            } while grown.count < 5 && grown[grown.count - 1] >= grown[grown.count - 2] + (4 << 10)
            #expect(grown[grown.count - 1] < 16 << 10 && grown.count < 5, "KiB: \(grown)")
            #expect(watch.end() == 0, "\(watch.agent.error)")

            let history = try watch.history().dropFirst(start)
            for (victim, resource) in zip(victims, before) {
                let id = try #require(resource["container.id"])
                let seen = Set(history.compactMap { request in request.first { $0["container.id"] == id } })
                #expect(seen == [resource], "\(victim)")
            }
            for request in history {
                #expect(Set(request.map(\.identity)).count == request.count)
                // The text of a control character is nowhere, and no name is longer than is allowed.
                let values = request.flatMap(\.values)
                #expect(values.allSatisfy { $0.utf8.count <= 256 && !$0.unicodeScalars.contains { $0.value < 32 } })
            }
            let last = try #require(history.last)
            #expect(last.count { $0["container.id"] != nil } == 2 + hostile.count)
            #expect(watch.lines("says that it is the instance").count == 4, "\(watch.agent.error)")
            for (path, reason, _) in hostile {
                let id = path.matches(of: /[0-9a-f]{64}/).last.map { String($0.0) } ?? ""
                let lines = watch.lines("container \(id.prefix(12))")
                #expect(Set(lines).count == lines.count, "each line is there once: \(lines)")
                guard let reason else { continue }
                #expect(lines == ["not all that container \(id.prefix(12)) says of its service is taken: \(reason)"])
            }
            withExtendedLifetime((configured, silent)) {}
        }
    }
}
