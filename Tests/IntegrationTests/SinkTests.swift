import Foundation
import Testing

extension PeerIntegrationTests {
    /// The sink, and what clients that are not ours send to it.
    @Suite struct SinkTests {
        /// Exports each kind of instrument by the official SDK, the same values to each target, such as `gzip:http://…`.
        private func export(to targets: [String], in namespace: Traffic? = nil) throws {
            guard let python = Executable.python else {
                throw Timeout(description: "there is no Python: run Tests/OTLPTests/prepare-venv.sh")
            }
            let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "SDK/export.py")
            let result = try run([python, script.path(percentEncoded: false)] + targets, in: namespace)
            guard result.status == 0 else { throw Timeout(description: result.error) }
        }

        /// Sends a body by curl, and returns the status, the head and the body of the answer.
        private func post(_ body: String, to sink: Sink, _ fields: String..., type: String = "application/json") throws
            -> (status: Int, head: String, body: String)
        {
            let headers = (["Content-Type: \(type)"] + fields).flatMap { ["--header", $0] }
            let curl = ["curl", "--silent", "--include", "--max-time", "20", "--data-binary", body]
            let text = try run(curl + headers + [sink.endpoint]).output
            let parts = text.components(separatedBy: "\r\n\r\n")
            return (Int(text.split(separator: " ")[1]) ?? 0, parts[0], parts.dropFirst().joined())
        }

        @Test func `a malformed or too large HTTP request is logged`() throws {
            let sink = try Sink()
            let tls = sink.endpoint.replacing("http://", with: "https://")
            #expect(try run(["curl", "--silent", "--insecure", "--max-time", "20", tls]).status != 0)
            #expect(
                try run(["curl", "--silent", "--http2-prior-knowledge", "--max-time", "20", sink.endpoint]).status != 0
            )
            let large = "head -c 20971521 /dev/zero | curl --silent --data-binary @- \(sink.endpoint)"
            #expect(try run(["sh", "-c", large]).output.contains("larger than 20971520 bytes"))
            _ = try eventually("three warnings") {
                sink.error.ranges(of: "is not an HTTP/1.1 request; is it TLS or HTTP/2 (gRPC)?").count == 2
                    && sink.error.contains("answered 413: a body from 127.0.0.1:") ? true : nil
            }
        }

        @Test(.enabled(if: Executable.canTestSDK, "skipped: no Python"))
        func `every instrument of the official SDK is shown, plain and compressed`() throws {
            let sink = try Sink(environment: ["LC_ALL": "C.UTF-8"])
            try export(to: ["plain:\(sink.endpoint)", "gzip:\(sink.endpoint)"])
            let text = try eventually("both requests") {
                sink.output.components(separatedBy: "queue=mail\n").count == 3 ? sink.output : nil
            }
            #expect(text.contains("protobuf gzip"))
            #expect(text.firstRange(of: /11 points, 9 metrics, 1 resource  protobuf \d/) != nil)
            for words in [
                #"RESOURCE  canary=true ratio=0.5 replicas=3 service.name=checkout tags=["a","b"]"#,
                "SCOPE     shop 2.1\n",
                "orders (cumulative sum, monotonic; in {order})\n  Orders that were placed.\n  VALUE  country\n",
                "   1234  de\n", "revenue (cumulative sum, monotonic; in EUR)\n  12.5\n", "  -3  wörld=\"grüße 🌍\"\n",
                "  count=3 sum=513ms mean=171ms min=6.00ms max=500ms  http.route=/cart\n",
                "    5.00ms – 10.0ms  2  ████",
                "payload.size (cumulative exponential histogram; in By)\n  count=5 sum=65.6KiB", "  0  1  ███",
                "    32KiB – 64KiB  1  ███", "temperature (gauge; in Cel)\n  36.6\n",
                // A number that is too large for a double.
                "requests (cumulative sum, monotonic)\n  9007199254740993\n", "  -5  queue=mail\n", "    1.0  0\n",
            ] {
                #expect(text.components(separatedBy: words).count == 3, "\(words)")
            }
        }

        @Test(.enabled(if: Executable.canTestSDK && Executable.canTestCollector, "skipped: no Python or no otelcol"))
        func `the Collector hands on in every encoding what the SDK has sent`() throws {
            let traffic = try Traffic()
            let sink = try Sink("--format", "json", in: traffic)
            try export(to: ["plain:\(sink.endpoint)"], in: traffic)
            #expect(try sink.requests(1).count == 1)
            for encoding in ["proto", "json"] {
                for compression in ["none", "gzip"] {
                    let exporter = ["encoding: \(encoding)", "compression: \(compression)"]
                    let options = Collector.Options(next: sink.endpoint, exporter: exporter)
                    let collector = try Collector(in: traffic, options)
                    // Each run of the SDK has another time, so both get the points of the same run.
                    let before = try sink.requests(0).count
                    try export(to: ["gzip:\(sink.endpoint)", "gzip:\(Collector.endpoint)/v1/metrics"], in: traffic)
                    let requests = try sink.requests(before + 2)
                    #expect(requests[before] == requests[before + 1], "\(exporter)")
                    withExtendedLifetime(collector) {}
                }
            }
        }

        @Test(.enabled(if: Executable.canTestSDK, "skipped: no Python"))
        func `a line of JSON can be sent to another sink, and comes out the same`() throws {
            let (first, second) = (try Sink("--format", "json"), try Sink("--format", "json"))
            try export(to: ["gzip:\(first.endpoint)"])
            let line = try eventually("a line") { first.output.hasSuffix("\n") ? first.output : nil }
            let answer = try post(String(line.dropLast()), to: second)
            #expect(answer.status == 200 && answer.body == "{}")
            #expect(answer.head.contains("Content-Type: application/json"))
            #expect(try eventually("a line") { second.output.isEmpty ? nil : second.output } == line)
        }

        @Test(.enabled(if: Executable.isRoot, "needs root"))
        func `the agent's own metrics fit a terminal`() throws {
            let traffic = try Traffic()
            try traffic("listen 4 7001 16", "connect a 4 7001 5")
            let log = URL(filePath: NSTemporaryDirectory()).appending(path: "sink-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: log) }
            let path = log.path(percentEncoded: false)
            let command = "stty rows 24 cols 80; exec \(Executable.tcplens) sink --log-level error"
            let terminal = try RunningProcess(
                ["env", "-u", "NO_COLOR", "TERM=xterm", "LC_ALL=C", "script", "-qfec", command, path],
                in: traffic
            )
            _ = try eventually("the agent to reach the sink") {
                try run([Executable.tcplens, "run", "--once"], in: traffic).status == 0 ? true : nil
            }
            let text = try eventually("the table") {
                let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
                return text.contains("tcplens.stock.drift") && text.contains("closing") ? text : nil
            }
            terminal.signal(SIGTERM)
            let lines = text.components(separatedBy: "\r\n").dropLast().map {
                $0.replacing(/\u{1b}\[\d+m/, with: "")
            }
            // The first line is what `script` itself prints.
            let first = try #require(lines.firstIndex { $0.contains("--- ") })
            #expect(text.contains("\u{1b}[1msystem.network.connection.count\u{1b}[0m"))
            #expect(text.utf8.allSatisfy { $0 < 0x80 })
            #expect(lines[(first + 1)...].filter { $0.count > 80 } == [])
            #expect(lines.contains("     10  established               ipv4"))
        }

        @Test func `a malformed request is answered in its encoding, with the reason`() throws {
            let sink = try Sink()
            let json = try post(#"{"resourceMetrics": [1]}"#, to: sink)
            #expect(json.status == 400)
            #expect(json.head.contains("Content-Type: application/json"))
            #expect(
                json.body.hasPrefix(#"{"code":3,"message":""#)
                    && json.body.contains("an object is expected, at byte 21")
            )
            let protobuf = try post("nonsense", to: sink, type: "application/x-protobuf")
            #expect(protobuf.status == 400)
            #expect(protobuf.head.contains("Content-Type: application/x-protobuf"))
            #expect(protobuf.body.utf8.starts(with: [0x08, 0x03, 0x12]))
            #expect(try post("{}", to: sink, "Content-Encoding: zstd").status == 415)
            #expect(try post("{}", to: sink, "Content-Encoding: gzip").status == 400)
            #expect(try post("{}", to: sink, type: "text/csv").status == 415)
            #expect(try post("{}", to: sink).status == 200)
            #expect(sink.end() == 0)
        }

        @Test func `a fault that was asked for is answered in the encoding of the request`() throws {
            let sink = try Sink("--respond", "503", "--retry-after", "2", "--times", "1")
            let refused = try post("{}", to: sink)
            #expect(refused.status == 503 && refused.body == #"{"code":14,"message":"answered 503, as told"}"#)
            #expect(refused.head.contains("Retry-After: 2"))
            #expect(try post("{}", to: sink).status == 200)
        }

        @Test func `a closed pipe ends it quietly with status 0`() throws {
            let script = """
                "$1" sink --port 0 --format json 2> "$2" | head -n 1 > "$2.out"; echo ${PIPESTATUS[0]}
                """
            let log = URL(filePath: NSTemporaryDirectory()).appending(path: "sink-\(UUID().uuidString)")
            let path = log.path(percentEncoded: false)
            defer {
                try? FileManager.default.removeItem(at: log)
                try? FileManager.default.removeItem(atPath: path + ".out")
            }
            let process = try RunningProcess(["bash", "-c", script, "-", Executable.tcplens, path])
            func printed(_ suffix: String = "") -> String {
                (try? String(contentsOfFile: path + suffix, encoding: .utf8)) ?? ""
            }
            let endpoint = try eventually("the sink to listen") {
                printed().firstMatch(of: /listening on (\S+)/).map { String($0.1) }
            }
            // The first line is read, and then the reader ends.
            _ = try eventually("the end") {
                guard process.isRunning else { return true }
                _ = try run([
                    "curl", "--silent", "--max-time", "5", "--header", "Content-Type: application/json", "--data", "{}",
                    endpoint,
                ])
                return nil
            }
            #expect(process.output == "0\n")
            #expect(printed(".out") == "{}\n")
            #expect(!printed().contains("cannot"))
        }
    }
}
