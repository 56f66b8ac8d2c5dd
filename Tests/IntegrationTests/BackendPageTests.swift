import Foundation
import Testing

extension PeerIntegrationTests {
    /// The pages of `docs/backends`: what they say was run is run, as it is there.
    @Suite(.enabled(if: Executable.canTestCollector && Executable.canTestBackends, "skipped: no otelcol or backend"))
    struct BackendPageTests {
        /// The pages of backends that can be started here.
        private static let runnable =
            ["victoriametrics", "prometheus-scrape"]
            + (Executable.canTestReceivingPrometheus ? ["prometheus-otlp"] : [])

        /// A folder in which the commands of a page find their programs and files.
        private final class Folder {
            let url = URL(filePath: NSTemporaryDirectory()).appending(path: "page-\(UUID().uuidString)")
            private var processes: [RunningProcess] = []

            init(_ page: BackendPage, receives: Bool) throws {
                let manager = FileManager.default
                let programs = url.appending(path: "bin")
                try manager.createDirectory(at: programs, withIntermediateDirectories: true)
                let prometheus = receives ? Executable.receivingPrometheus : Executable.backend("prometheus")
                let paths = [
                    "tcplens": Executable.tcplens, "otelcol": try #require(Executable.collector),
                    "victoria-metrics": try #require(Executable.backend("victoria-metrics")),
                    "prometheus": try #require(prometheus),
                ]
                for (name, path) in paths {
                    try manager.createSymbolicLink(
                        at: programs.appending(path: name),
                        withDestinationURL: URL(filePath: path)
                    )
                }
                let sudo = programs.appending(path: "sudo")
                try "#!/bin/sh\nexec env \"$@\"\n".write(to: sudo, atomically: true, encoding: .utf8)
                try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: sudo.path(percentEncoded: false))
                for folder in ["otel-collector-config", "docs"] {
                    try manager.createSymbolicLink(
                        at: url.appending(path: folder),
                        withDestinationURL: BackendPage.root.appending(path: folder)
                    )
                }
                for (name, text) in page.files {
                    try text.replacing("60s", with: "1s")
                        .write(to: url.appending(path: name), atomically: true, encoding: .utf8)
                }
            }

            deinit {
                for process in processes.reversed() {
                    process.signal(SIGKILL)
                    process.wait()
                }
                try? FileManager.default.removeItem(at: url)
            }

            /// Starts a command line; the agent exports each second.
            func start(_ line: String, in traffic: Traffic) throws {
                let folder = url.path(percentEncoded: false)
                let script = "cd '\(folder)' && PATH='\(folder)/bin':$PATH && exec env \(line)"
                processes.append(
                    try RunningProcess(
                        ["sh", "-c", script],
                        in: traffic,
                        environment: ["OTEL_METRIC_EXPORT_INTERVAL": "1000"]
                    )
                )
            }

            /// The logs of all.
            var logs: String { processes.map { String($0.error.suffix(1000)) }.joined(separator: "\n") }
        }

        private func ask(_ query: String, _ base: String, in traffic: Traffic) throws -> [QueryRow] {
            let url = ["curl", "-sG", "\(base)/api/v1/query"]
            let answer = try run(url + ["--data-urlencode", "query=\(query)"], in: traffic)
            return answer.status == 0 ? try QueryRow.read(answer.output) : []
        }

        @Test(arguments: runnable)
        func `the commands of a page work, and its queries have results`(name: String) throws {
            let page = try BackendPage(name)
            #expect(page.text.contains("Run by tests with"))
            #expect(page.commands.count >= 2 && page.queries.count >= 3)
            let traffic = try Traffic()
            try traffic("listen 6 7001 128")
            let folder = try Folder(page, receives: name == "prometheus-otlp")
            for command in page.commands { try folder.start(command, in: traffic) }
            let base = "http://127.0.0.1:\(name == "victoriametrics" ? 8428 : 9090)"
            for query in page.queries {
                do {
                    _ = try eventually("rows", within: .seconds(60)) {
                        // Otherwise no handshake has a duration.
                        try traffic("churn 6 7001 3")
                        Thread.sleep(forTimeInterval: 0.3)
                        let rows = try ask(query, base, in: traffic)
                        let complete = rows.filter { $0.labels.values.allSatisfy { !$0.isEmpty } }
                        return complete.contains { $0.value.isFinite } ? true : nil
                    }
                } catch let timeout as Timeout {
                    throw Timeout(description: "\(timeout): \(query)\n\(folder.logs)")
                }
            }
        }

        @Test func `each page says what was run, and the index has each`() throws {
            let folder = BackendPage.root.appending(path: "docs/backends").path(percentEncoded: false)
            let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder).map { String($0.dropLast(3)) })
            let known = ["victoriametrics", "prometheus-scrape", "prometheus-otlp", "mimir", "grafana-cloud"]
            #expect(names == Set(known + ["README"]))
            let index = try BackendPage("README").text
            for name in names where name != "README" {
                let page = try BackendPage(name)
                let isRun = page.text.contains("Run by tests with")
                #expect(isRun != page.text.contains("**Not run.**"), "\(name)")
                #expect(page.commands.isEmpty != isRun, "only commands that are run are in blocks of sh: \(name)")
                let row = index.split(separator: "\n").first { $0.contains("(\(name).md)") }
                #expect(row?.hasSuffix(isRun ? "| yes |" : "| no |") == true, "\(name)")
            }
        }
    }
}
