import Catalogue
import Findings
import Foundation
import Metrics
import PrometheusNames
import Testing

@testable import Explain

/// Signals computed from collections, and the same by Prometheus.
@Suite struct SignalEvaluatorTests {
    private func evaluate(_ one: SignalCase) -> [[String: String]: Double] {
        var evaluator = SignalEvaluator(of: [one.signal], since: Timestamp(unixNanoseconds: 1))
        for second in 0..<6 {
            let time = Timestamp(unixNanoseconds: UInt64(second + 1) * 1_000_000_000)
            let metrics = one.series.map { definition, series in
                Metric(
                    definition,
                    series.map {
                        NumberDataPoint(
                            attributes: $0.attributes,
                            start: Timestamp(unixNanoseconds: 1),
                            time: time,
                            value: .double($0.values[second])
                        )
                    }
                )
            }
            evaluator.add(metrics, at: time)
        }
        return evaluator.values(of: one.signal).reduce(into: [:]) { $0[$1.labels] = $1.value }
    }

    @Test(arguments: SignalCase.all) func `signals of collections`(one: SignalCase) {
        #expect(evaluate(one) == one.expected)
    }

    @Test func `quantiles lie within their bucket, and the last bucket has no upper bound`() {
        let (bounds, counts) = ([1.0, 2, 4], [2.0, 4, 2, 2])
        #expect(SignalEvaluator.quantile(0.5, bounds, counts) == 1.75)
        #expect(SignalEvaluator.quantile(0.1, bounds, counts) == 0.5)
        #expect(SignalEvaluator.quantile(0.99, bounds, counts) == 4)
        #expect(SignalEvaluator.quantile(0.5, bounds, [0, 0, 0, 0]).isNaN)
        #expect(SignalEvaluator.quantile(0.5, [], []).isNaN)
    }

    /// A histogram with bounds of 1, 2 and 4 s.
    private static func histogram(_ counts: [UInt64], at second: UInt64) -> Metric {
        Metric(
            .rtt,
            [
                HistogramDataPoint(
                    attributes: [:],
                    start: Timestamp(unixNanoseconds: 1),
                    time: Timestamp(unixNanoseconds: second * 1_000_000_000),
                    count: counts.reduce(0, +),
                    sum: nil,
                    bucketCounts: counts,
                    explicitBounds: [1, 2, 4]
                )
            ]
        )
    }

    @Test func `a quantile is of what has come since the first collection`() {
        let signal = Signal.quantile(0.5, Selector(.rtt))
        var evaluator = SignalEvaluator(of: [signal], since: Timestamp(unixNanoseconds: 1))
        evaluator.add([Self.histogram([1000, 0, 0, 0], at: 1)], at: Timestamp(unixNanoseconds: 1_000_000_000))
        #expect(evaluator.values(of: signal).isEmpty)
        evaluator.add([Self.histogram([1002, 4, 2, 2], at: 2)], at: Timestamp(unixNanoseconds: 2_000_000_000))
        #expect(evaluator.values(of: signal) == [Sample([:], 1.75)])
    }

    @Test func `a counter that appears later began at zero, and a stock that is missing has not lasted`() {
        let (drops, stalled) = (Signal.rate(Selector(.listenerDrops)), Signal.lasting(Selector(.stalled)))
        var evaluator = SignalEvaluator(of: [drops, stalled], since: Timestamp(unixNanoseconds: 5))
        func point(_ value: Double, _ second: UInt64, start: UInt64 = 5) -> [NumberDataPoint] {
            [
                NumberDataPoint(
                    attributes: [:],
                    start: Timestamp(unixNanoseconds: start),
                    time: Timestamp(unixNanoseconds: second * 1_000_000_000),
                    value: .double(value)
                )
            ]
        }
        evaluator.add([], at: Timestamp(unixNanoseconds: 1_000_000_000))
        let second = [Metric(.listenerDrops, point(8, 3)), Metric(.stalled, point(2, 3))]
        evaluator.add(second, at: Timestamp(unixNanoseconds: 3_000_000_000))
        #expect(evaluator.values(of: drops) == [Sample([:], 4)])
        #expect(evaluator.values(of: stalled) == [Sample([:], 0)])

        var other = SignalEvaluator(of: [drops], since: Timestamp(unixNanoseconds: 5))
        other.add([], at: Timestamp(unixNanoseconds: 1_000_000_000))
        other.add([Metric(.listenerDrops, point(8, 3, start: 1))], at: Timestamp(unixNanoseconds: 3_000_000_000))
        #expect(other.values(of: drops) == [Sample([:], 0)], "what is older than the agent is no increase")
    }

    /// Prometheus' own tool for tests of rules, which `fetch-backends` has fetched.
    private static let promtool: String? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.appending(path: ".build/backends/promtool").path(percentEncoded: false)
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    @Test(.enabled(if: promtool != nil || ProcessInfo.processInfo.environment["CI"] != nil, "skipped: no promtool"))
    func `Prometheus computes the same from the same series`() throws {
        let promtool = try #require(Self.promtool)
        let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "explain-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "test.yaml")
        try ("evaluation_interval: 1s\ntests:\n" + SignalCase.all.map(Self.yaml).joined()).write(
            to: file,
            atomically: true,
            encoding: .utf8
        )
        let process = Process()
        process.executableURL = URL(filePath: promtool)
        process.arguments = ["test", "rules", file.path(percentEncoded: false)]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }

    /// A case for promtool, with the range of the whole time.
    private static func yaml(_ one: SignalCase) -> String {
        let frame = QueryFrame(identity: ["instance"], range: "5s", step: "1s")
        var lines = ["- interval: 1s", "  name: \"\(one.name)\"", "  input_series:"]
        for (definition, series) in one.series {
            for each in series {
                let labels =
                    each.attributes.map { "\(PrometheusName.label($0.key))=\"\($0.value)\"" } + ["instance=\"x\""]
                lines.append(
                    "  - series: '\(PrometheusMetricName(definition).samples){\(labels.joined(separator: ", "))}'"
                )
                lines.append("    values: '\(each.values.map { "\($0)" }.joined(separator: " "))'")
            }
        }
        lines += [
            "  promql_expr_test:", "  - expr: '\(one.signal.promQL(frame))'", "    eval_time: 5s", "    exp_samples:",
        ]
        for (labels, value) in one.expected {
            let text = labels.map { "\($0.key)=\"\($0.value)\"" } + ["instance=\"x\""]
            lines += ["    - labels: '{\(text.joined(separator: ", "))}'", "      value: \(value)"]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
