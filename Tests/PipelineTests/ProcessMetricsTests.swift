import Metrics
import Testing

@testable import Pipeline

@Suite struct ProcessMetricsTests {
    private let time = Timestamp(unixNanoseconds: 5)

    private func values(_ name: String) -> [Attributes: Double] {
        let metrics = ProcessMetrics(start: Timestamp(unixNanoseconds: 1)).metrics(at: time)
        guard case .sum(let points, .cumulative, _) = metrics.first(where: { $0.name == name })?.data else {
            return [:]
        }
        return Dictionary(
            uniqueKeysWithValues: points.map { point in
                switch point.value {
                case .int(let value): (point.attributes, Double(value))
                case .double(let value): (point.attributes, value)
                }
            }
        )
    }

    @Test func `time on CPUs grows with work, in both modes`() {
        let before = values("process.cpu.time")
        #expect(Set(before.keys) == [["cpu.mode": "user"], ["cpu.mode": "system"]])
        let user: Attributes = ["cpu.mode": "user"]
        // Works until the CPU time has grown.
        var after = before
        while after[user] ?? 0 < (before[user] ?? 0) + 0.02 { after = values("process.cpu.time") }
        #expect(after[["cpu.mode": "system"]] ?? -1 >= before[["cpu.mode": "system"]] ?? 0)
    }

    @Test func `memory is the resident memory, in bytes`() {
        let bytes = values("process.memory.usage")[[:]] ?? 0
        #expect(bytes > 1_000_000 && bytes < 1e12)
        #expect(bytes.truncatingRemainder(dividingBy: 4096) == 0)
    }

    @Test func `what was used before a reset is not counted`() {
        let spent = values("process.cpu.time").values.reduce(0, +)
        let anew = ProcessMetrics(start: Timestamp(unixNanoseconds: 2), isAnew: true).metrics(at: time)
        guard case .sum(let points, _, _) = anew.first?.data else {
            Issue.record("no metric")
            return
        }
        let seconds = points.map { point -> Double in
            guard case .double(let value) = point.value else { return -1 }
            return value
        }
        #expect(spent > 0)
        #expect(seconds.allSatisfy { $0 >= 0 } && seconds.reduce(0, +) < spent)
        #expect(points.map(\.start.unixNanoseconds) == [2, 2])
    }
}
