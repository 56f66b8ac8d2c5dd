import Catalogue
import Findings
import Foundation
import Testing

@testable import Explain

/// Which findings hold.
@Suite struct DecisionTests {
    private func found(_ source: FakeSource, _ table: [Finding] = Finding.all) throws -> [Explanation.Found] {
        try Decision(source).found(in: table)
    }

    @Test(arguments: Finding.all.map(\.id))
    func `each finding is found when its conditions hold, and when one does not it is not`(id: String) throws {
        let finding = try #require(Finding.all.first { $0.id == id })
        var source = FakeSource()
        #expect(try found(source).isEmpty)
        source.make(finding)
        if finding.checks.contains(where: \.needsBaseline) {
            #expect(try found(source).isEmpty, "what is usual is not known")
            for check in finding.checks { source.before[check.signal] = [Sample([:], 0.000_1)] }
        }
        #expect(try found(source).map(\.finding) == [finding])
        for check in finding.checks {
            var other = source
            other.now[check.signal] = [Sample([:], check.threshold)]
            #expect(try found(other).isEmpty)
        }
    }

    @Test func `what is far too much is found, even if it was so before`() throws {
        for finding in Finding.all {
            for check in finding.checks {
                guard let ceiling = check.ceiling else { continue }
                var source = FakeSource()
                source.make(finding)
                source.now[check.signal] = [Sample([:], 1.01 * ceiling)]
                source.before[check.signal] = [Sample([:], 1.01 * ceiling)]
                #expect(try found(source).map(\.finding) == [finding])
                source.now[check.signal] = [Sample([:], ceiling)]
                #expect(try found(source).isEmpty)
            }
        }
        #expect(Finding.all.flatMap(\.checks).filter { $0.ceiling != nil }.count == 4)
    }

    @Test func `where there is a baseline, a value must exceed it by the factor`() throws {
        let check = try #require(Finding.closeWaitLeak.checks.first)
        var source = FakeSource()
        source.now[check.signal] = [Sample([:], 200)]
        source.before[check.signal] = [Sample([:], 100)]
        #expect(try found(source).isEmpty)
        source.before[check.signal] = [Sample([:], 99)]
        let leak = try #require(try found(source).first)
        #expect(leak.evidence.first?.baseline == 99)
        #expect(leak.evidence.first?.factor == 200.0 / 99)
        source.before = [:]
        #expect(try found(source).first?.evidence.first?.baseline == 0, "nothing was there, and the host was")
        source.isOld = false
        let young = try #require(try found(source).first?.evidence.first)
        #expect(young.baseline == nil && young.factor == nil)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, -1])
    func `values that are no numbers are no findings`(value: Double) throws {
        var source = FakeSource()
        for check in Finding.all.flatMap(\.checks) { source.now[check.signal] = [Sample([:], value)] }
        #expect(try found(source).isEmpty)
    }

    @Test func `conditions hold for the same group`() throws {
        var source = FakeSource()
        let checks = Finding.handshakeFailures.checks
        source.now[checks[0].signal] = [Sample(["error_type": "refused"], 1), Sample(["error_type": "reset"], 1)]
        source.now[checks[1].signal] = [Sample(["error_type": "timed_out"], 5), Sample(["error_type": "reset"], 5)]
        #expect(try found(source).map(\.labels) == [["error_type": "reset"]])
    }

    @Test func `causes come first, and what follows says from what`() throws {
        var source = FakeSource()
        source.make(.handshakeFailures, ["host_name": "a", "error_type": "timed_out"])
        source.make(.memoryPressure, ["host_name": "a"])
        source.make(.zeroWindow, ["host_name": "b", "network_io_direction": "receive"])
        source.make(.loss, ["host_name": "a"])
        let all = try found(source)
        #expect(all.map(\.finding) == [.zeroWindow, .loss, .handshakeFailures, .memoryPressure])
        #expect(all.map(\.follows) == [[], [], ["Loss"], []], "what another host has is no cause")
    }

    @Test func `a full accept queue causes CLOSE_WAIT if all of it may wait there, and else follows from a leak`()
        throws
    {
        var source = FakeSource()
        source.make(.closeWaitLeak, ["host_name": "a"], times: 2.5)
        source.make(.acceptQueueFull, ["host_name": "a", "network_local_port": "80"])
        let waiting = Signal.sum(Selector(.acceptQueueUsage))
        source.now[waiting] = [Sample(["host_name": "a"], 129), Sample(["host_name": "b"], 1000)]
        #expect(try found(source).map(\.finding) == [.acceptQueueFull, .closeWaitLeak])
        #expect(try found(source).map(\.follows) == [[], ["Accept queue full"]])
        source.now[waiting] = [Sample(["host_name": "a"], 5)]
        #expect(try found(source).map(\.finding) == [.closeWaitLeak, .acceptQueueFull])
        #expect(try found(source).map(\.follows) == [[], ["CLOSE_WAIT leak"]])
    }

    @Test func `the worst group is first, and its evidence is of that group`() throws {
        var source = FakeSource()
        source.make(.acceptQueueFull, ["network_local_port": "1"], times: 1)
        source.make(.acceptQueueFull, ["network_local_port": "2"], times: 3)
        let drops = try #require(Finding.acceptQueueFull.evidence.first).signal
        source.now[drops] = [Sample(["network_local_port": "1"], 11), Sample(["network_local_port": "2"], 22)]
        let all = try found(source)
        #expect(all.compactMap { $0.labels["network_local_port"] } == ["2", "1"])
        #expect(all.map { $0.evidence.compactMap(\.now) } == [[3, 22], [1, 11]])
    }

    @Test func `evidence by more attributes than the group has shows the three greatest`() throws {
        var source = FakeSource()
        source.make(.loss)
        let types = try #require(Finding.loss.evidence.first).signal
        source.now[types] = ["a", "b", "c", "d"].enumerated().map {
            Sample(["tcplens_retransmit_type": $1], Double($0 + 1))
        }
        let values = try #require(try found(source).first).evidence.filter { $0.title == "by type" }
        #expect(values.map(\.labels) == ["d", "c", "b"].map { ["tcplens_retransmit_type": $0] })
    }

    @Test func `all causes are findings that stand before`() {
        for finding in Finding.all {
            for cause in finding.causes {
                let places = (Finding.all.firstIndex(of: cause), Finding.all.firstIndex(of: finding))
                #expect((places.0 ?? .max) < (places.1 ?? 0), "\(cause.id) before \(finding.id)")
            }
        }
    }
}
