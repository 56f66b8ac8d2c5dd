import Foundation
import Testing

/// Outages of a real Collector with a real backend behind it.
extension PeerIntegrationTests {
    @Suite(.enabled(if: Executable.canTestCollector && Executable.canTestBackends, "skipped: no otelcol or backend"))
    struct OutageTests {
        @Test(arguments: [false, true])
        func `a backend shows no gap and no reset after the Collector was killed again and again (conformance 83)`(
            isSpooled: Bool
        )
            throws
        {
            let traffic = try Traffic()
            let backend = try VictoriaMetrics(in: traffic)
            let spool = URL(filePath: NSTemporaryDirectory()).appending(path: "spool-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: spool) }
            let count = 150
            // Exports have times one second apart, and are made ten times as fast.
            let epoch = Int(Date().timeIntervalSince1970) - 1000
            let arguments = [
                Executable.exporting, Collector.endpoint, "--epoch", "\(epoch)", "--count", "\(count)", "--series", "3",
                "--pause", "100", "--patience", "100", "--timeout", "200", "--flush",
            ]
            var reports: [CollectorReport] = []
            let exporter = try RunningProcess(
                arguments + (isSpooled ? ["--spool", spool.path(percentEncoded: false)] : []),
                in: traffic
            )
            func exports() -> Int { exporter.output.split(separator: "\n").count }
            func waitForExports(_ number: Int) throws {
                let end = exports() + number
                _ = try eventually("\(number) exports") { exports() >= end ? true : nil }
            }
            while exports() < count - 30 {
                let collector = try Collector(in: traffic, .init(next: VictoriaMetrics.endpoint))
                try waitForExports(10)
                collector.kill()
                try waitForExports(8)
                reports.append(collector.report)
            }
            let collector = try Collector(in: traffic, .init(next: VictoriaMetrics.endpoint))
            exporter.wait()
            reports.append(collector.report)
            #expect(exporter.status == 0, "\(exporter.error)")
            #expect(reports.count > 3, "it was killed some times")
            #expect(exporter.error.contains("cannot export"))

            let lines = exporter.output.split(separator: "\n").map { $0.split(separator: " ").compactMap { Int($0) } }
            #expect(lines.reduce(0) { $0 + $1[1] } == count * 12, "each point is accepted once")
            #expect(lines.allSatisfy { $0[3] == 0 }, "nothing is dropped")
            #expect(lines.last?[2] == 0, "nothing waits any more")
            let gauges = reports.flatMap(\.exports).compactMap { $0["tcplens.test.gauge"]?.points.first }
            let arrived = gauges.compactMap { $0.fields["Value"].flatMap { Int($0) } }
            #expect(arrived == arrived.sorted(), "in order, one whose answer was lost right behind itself")

            let expected = Set((1...count).map { Sample(second: epoch + $0, value: Double($0)) })
            for name in ["tcplens.test.gauge", "tcplens.test.sum", "tcplens.test.histogram_sum"] {
                let series = try backend.samples("{__name__=\"\(name)\"}")
                #expect(series.count == 3)
                for series in series {
                    let samples = zip(series.timestamps, series.values).map { Sample(second: $0 / 1000, value: $1) }
                    #expect(Set(samples).symmetricDifference(expected) == [], "\(series.metric)")
                }
            }
            // What a dashboard would show.
            let (end, sum) = (epoch + count, "{__name__=\"tcplens.test.sum\"}")
            #expect(try backend.query("resets(\(sum)[1h])", at: end) == [0, 0, 0])
            #expect(
                try backend.query("increase(\(sum)[\(count - 1)s])", at: end)
                    == [Double](repeating: Double(count - 1), count: 3)
            )
        }

        /// A value and its time, in seconds since 1970.
        private struct Sample: Hashable {
            var second: Int
            var value: Double
        }
    }
}
