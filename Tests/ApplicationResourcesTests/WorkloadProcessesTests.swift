import Metrics
import Testing

@testable import ApplicationResources

/// What is read again, and when; without real processes.
@Suite struct WorkloadProcessesTests {
    private let begin = ContinuousClock.now

    private func scan(_ name: AttributeValue = "a", start: UInt64 = 1, published: UInt64? = nil) -> ProcessScan {
        let header = published.map { ContextHeader(size: 1, published: $0, address: 1) }
        return ProcessScan(
            start: ProcessStart(ticks: start),
            context: header.map { .init(thread: 7, mapping: 1, header: $0) },
            statement: ProcessStatement(
                environment: ["service.name": name],
                context: header.map { _ in ["service.name": name] }
            )
        )
    }

    /// The processes that are to be read, and whether all of each is.
    private func wanted(_ processes: inout WorkloadProcesses, _ ids: [Int32], after seconds: Int = 0) -> [Int32: Bool] {
        let requests = processes.requests(for: ids, at: begin + .seconds(seconds))
        return Dictionary(uniqueKeysWithValues: requests.map { ($0.process, $0.known == nil) })
    }

    @Test func `new processes are read first, known ones are only checked`() {
        var processes = WorkloadProcesses()
        #expect(wanted(&processes, [32, 16]) == [16: true, 32: true])
        #expect(processes.isIncomplete)
        processes.take(.scanned(scan()), about: 16, at: begin)
        #expect(processes.isIncomplete)
        processes.take(.gone, about: 32, at: begin)
        #expect(!processes.isIncomplete)
        #expect(processes.requests(for: [16, 48, 5], at: begin).map(\.process) == [5, 48, 16])
        #expect(wanted(&processes, [16, 48]) == [16: false, 48: true])
        #expect(wanted(&processes, [0, -5, 16]) == [16: false])
    }

    @Test func `a process is read again less and less often, unless it changes`() {
        var processes = WorkloadProcesses()
        var due: [Int] = []
        for second in 0...2000 where wanted(&processes, [16], after: second)[16] == true {
            due.append(second)
            processes.take(.scanned(scan(second == 75 ? "b" : "a")), about: 16, at: begin + .seconds(second))
        }
        // At 75 seconds it has changed, and at 80 as well.
        #expect(due == [0, 5, 15, 35, 75, 80, 85, 95, 115, 155, 235, 395, 695, 995, 1295, 1595, 1895])
        // Others are read at other times.
        var others = WorkloadProcesses()
        _ = others.requests(for: [31], at: begin)
        others.take(.scanned(scan()), about: 31, at: begin)
        #expect(wanted(&others, [31], after: 9)[31] == false)
        #expect(wanted(&others, [31], after: 10)[31] == true)
    }

    @Test func `when all processes have ended, what they said stays until there are others`() {
        var processes = WorkloadProcesses()
        _ = processes.requests(for: [1], at: begin)
        processes.take(.scanned(scan("old")), about: 1, at: begin)
        #expect(wanted(&processes, []) == [:])
        #expect(processes.statements.map(\.environment) == [["service.name": "old"]])
        #expect(wanted(&processes, [2]) == [2: true])
        #expect(processes.statements.isEmpty)
    }

    @Test func `what was published counts until the change of it can be read`() {
        var processes = WorkloadProcesses()
        _ = processes.requests(for: [1], at: begin)
        processes.take(.scanned(scan(published: 5)), about: 1, at: begin)
        var changing = scan()
        changing.refusals.add(.changing)
        processes.take(.scanned(changing), about: 1, at: begin)
        #expect(processes.statements.map(\.context) == [["service.name": "a"]])
        // The old time is still compared with, so that the next collection reads it again.
        #expect(processes.requests(for: [1], at: begin).first?.known?.context?.header.published == 5)
        // In another process with the same id it never was there.
        changing.start = ProcessStart(ticks: 2)
        processes.take(.scanned(changing), about: 1, at: begin)
        #expect(processes.statements.map(\.context) == [nil])
    }

    @Test func `of too many processes those that are known stay`() {
        var processes = WorkloadProcesses()
        let late = Int32.max
        _ = processes.requests(for: [late], at: begin)
        processes.take(.scanned(scan()), about: late, at: begin)
        let requests = processes.requests(for: [late] + Array(1...1000), at: begin)
        #expect(requests.count == WorkloadProcesses.maximumCount)
        #expect(requests.last?.process == late)
        #expect(requests.first?.process == 1)
        #expect(processes.refusals[.tooManyProcesses] == 1)
        _ = processes.requests(for: Array(1...1000), at: begin)
        #expect(processes.refusals[.tooManyProcesses] == 1)
    }

    @Test func `after a process has blocked its reader nothing is read`() {
        var processes = WorkloadProcesses()
        _ = processes.requests(for: [1, 2], at: begin)
        processes.take(.scanned(scan()), about: 1, at: begin)
        processes.block()
        #expect(processes.statements.isEmpty)
        #expect(!processes.isIncomplete)
        #expect(wanted(&processes, [1, 2, 3], after: 10_000) == [:])
        #expect(processes.refusals.refusals == [.blocked])
    }

    @Test func `the start is that of the first process that says something`() {
        var processes = WorkloadProcesses()
        _ = processes.requests(for: [1, 2, 3], at: begin)
        processes.take(.scanned(ProcessScan(start: ProcessStart(ticks: 1))), about: 1, at: begin)
        #expect(processes.start == nil)
        processes.take(.scanned(scan(start: 9)), about: 2, at: begin)
        processes.take(.scanned(scan(start: 8)), about: 3, at: begin)
        #expect(processes.start == ProcessStart(ticks: 8))
    }
}
