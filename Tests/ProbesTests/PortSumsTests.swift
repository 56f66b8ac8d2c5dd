import Metrics
import Readings
import Testing

@testable import Probes

/// Counts by port, whose rows in the kernel come and go.
@Suite struct PortSumsTests {
    private let workloads = [Workload.host, Workload(.workload(1))]
    private let indexes: [WorkloadIndex: WorkloadIndex] = [
        WorkloadIndex(row: 3): WorkloadIndex(rawValue: 1), WorkloadIndex(row: 4): WorkloadIndex(rawValue: 1),
    ]

    private func row(_ number: UInt32, _ value: UInt64, port: UInt16 = 80) -> PortRow<UInt64> {
        PortRow(port: port, type: .ipv4, value: value, workload: WorkloadIndex(row: number))
    }

    @Test func `a row that ends takes nothing away`() {
        var sums = PortSums<UInt64>()
        #expect(sums.add([row(3, 10), row(4, 5)], workloads, indexes).map(\.value) == [15])
        // A service that was restarted: its old cgroup is gone.
        #expect(sums.add([row(4, 7)], workloads, indexes).map(\.value) == [17])
        #expect(sums.add([row(4, 9)], workloads, indexes).map(\.value) == [19])
    }

    @Test func `a port without a row is forgotten`() {
        var sums = PortSums<UInt64>()
        _ = sums.add([row(3, 10), row(3, 1, port: 81)], workloads, indexes)
        #expect(sums.add([row(3, 11)], workloads, indexes).map(\.port) == [80])
        #expect(sums.add([row(3, 11), row(3, 2, port: 81)], workloads, indexes).map(\.value) == [11, 2])
    }

    @Test func `a row without a workload counts for the host`() {
        var sums = PortSums<UInt64>()
        let rows = sums.add([row(1, 1), row(9, 2), row(3, 4)], workloads, indexes)
        #expect(rows.map(\.value) == [3, 4] && rows.map(\.workload.rawValue) == [0, 1])
    }
}
