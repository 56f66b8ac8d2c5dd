import Catalogue
import Foundation
import Metrics
import Readings
import Testing

@testable import Observations

/// Each workload has metrics of its own for as long as it exists.
@Suite struct WorkloadTests {
    private let epoch = Epoch(start: Timestamp(unixNanoseconds: 1_000))
    private let connections = "system.network.connection.count"

    private func time(_ round: UInt64) -> Timestamp { Timestamp(unixNanoseconds: round * 10_000) }

    private func workload(_ number: UInt64, hasEnded: Bool = false) -> Workload {
        Workload(
            .workload(number),
            start: Timestamp(unixNanoseconds: 5_000 + number),
            attributes: ["service.name": .string("w\(number)")],
            hasEnded: hasEnded
        )
    }

    /// A reading in which the workload with number n has n established connections and has sent n resets.
    private func activity(_ workloads: [Workload]) -> Activity {
        var activity = Activity(workloads: [.host] + workloads)
        activity.counters[.resets, .host] = [100]
        activity.connections = [ConnectionRow(.established, .ipv4, count: 1000)]
        for (place, workload) in workloads.enumerated() {
            guard case .workload(let number) = workload.id else { continue }
            let index = WorkloadIndex(rawValue: UInt16(place + 1))
            activity.counters[.resets, index] = [number]
            activity.connections.append(ConnectionRow(.established, .ipv4, workload: index, count: number))
        }
        return activity
    }

    @Test func `rows follow their workload, whatever its index is in a reading`() {
        var series = ObservedSeries(epoch, limit: 2000)
        for order in [[1, 2, 3], [3, 1, 2], [2, 3, 1]] as [[UInt64]] {
            let groups = series.machine(activity(order.map { workload($0) }), at: time(1))
            #expect(groups.map(\.subject) == [.own] + order.map { .part($0) })
            #expect(groups.map(\.attributes) == [[:]] + order.map { ["service.name": .string("w\($0)")] })
            for number in order {
                #expect(
                    groups.values(connections, .part(number)) == ["established tcp ipv4": .int(Int64(number))]
                )
                let resets = groups.values("tcplens.resets", .part(number))
                #expect(resets["transmit ipv4"] == .int(Int64(number)))
            }
        }
    }

    @Test func `points start with the workload, those of the host with the epoch`() {
        var series = ObservedSeries(epoch, limit: 2000)
        let groups = series.machine(activity([workload(7)]), at: time(1))
        let starts = groups.map { Set($0.metrics.flatMap(\.data.numbers).map(\.start)) }
        #expect(starts == [[epoch.start], [Timestamp(unixNanoseconds: 5_007)]])
    }

    @Test func `a workload that ends is there once more, and its number begins anew`() {
        var series = ObservedSeries(epoch, limit: 2000)
        var busy = activity([workload(1)])
        busy.connections.append(ConnectionRow(.closeWait, .ipv6, workload: WorkloadIndex(rawValue: 1), count: 4))
        _ = series.machine(busy, at: time(1))
        let last = series.machine(activity([workload(1, hasEnded: true)]), at: time(2))
        #expect(last.values(connections, .part(1)).count == 2, "what was seen stays, as zero")
        #expect(last.values(connections, .part(1))["close_wait tcp ipv6"] == .int(0))
        #expect(series.machine(activity([]), at: time(3)).map(\.subject) == [.own])
        let again = series.machine(activity([workload(1)]), at: time(4))
        #expect(again.values(connections, .part(1)) == ["established tcp ipv4": .int(1)])
    }

    @Test func `a workload that vanishes without a word has ended`() {
        var series = ObservedSeries(epoch, limit: 2000)
        var busy = activity([workload(1)])
        busy.connections.append(ConnectionRow(.closeWait, .ipv6, workload: WorkloadIndex(rawValue: 1), count: 4))
        _ = series.machine(busy, at: time(1))
        _ = series.machine(activity([]), at: time(2))
        let again = series.machine(activity([workload(1)]), at: time(3))
        #expect(again.values(connections, .part(1)).count == 1)
    }

    @Test func `workloads that come and go leave nothing behind`() throws {
        var series = ObservedSeries(epoch, limit: 2000)
        func size() throws -> Int { try JSONEncoder().encode(series).count }
        var sizes: [Int] = []
        for round in 1...300 as ClosedRange<UInt64> {
            // Their numbers have three digits, and half of them end without a word.
            _ = series.machine(activity([workload(100 + 2 * round)]), at: time(3 * round))
            sizes.append(try size())
            if round % 2 == 0 {
                _ = series.machine(activity([workload(100 + 2 * round, hasEnded: true)]), at: time(3 * round + 1))
            }
            _ = series.machine(activity([]), at: time(3 * round + 2))
        }
        #expect(try size() < sizes[0])
        // Only numbers that count become longer.
        #expect(sizes[299] < sizes[0] + 1000)
    }

    @Test func `a workload has stocks once they were seen, the host always`() {
        var series = ObservedSeries(epoch, limit: 2000)
        var reading = activity([workload(1)])
        let index = WorkloadIndex(rawValue: 1)
        for workload in [.host, index] { reading.stocks[.queuedBytes, workload] = [0, 0] }
        let name = "tcplens.connection.queue.usage"
        var groups = series.machine(reading, at: time(1))
        #expect(groups.values(connections, .own).count == 20)
        #expect(groups.values(name, .own) == ["transmit": .int(0), "receive": .int(0)])
        #expect(groups.metrics(.part(1)).allSatisfy { $0.name != name })
        reading.stocks[.queuedBytes, index] = [0, 9]
        groups = series.machine(reading, at: time(2))
        #expect(groups.values(name, .part(1)) == ["receive": .int(9)])
        reading.stocks[.queuedBytes, index] = [0, 0]
        groups = series.machine(reading, at: time(3))
        #expect(groups.values(name, .part(1)) == ["receive": .int(0)])
    }

    @Test func `what the kernel counts for a namespace stays with the host`() {
        let names = Set(Catalogue.workload.map(\.name))
        let ofHost = Set(Catalogue.machine.map(\.name)).subtracting(names)
        #expect(
            ofHost == [
                "tcplens.listener.overflows", "tcplens.syn_cookies", "tcplens.time_wait.overflows", "tcplens.segments",
                "tcplens.zero_windows", "tcplens.aborts", "tcplens.receive.drops", "tcplens.time_wait.limit",
                "tcplens.ephemeral_port.limit", "tcplens.memory.usage", "tcplens.memory.limit",
            ]
        )
        var series = ObservedSeries(epoch, limit: 2000)
        var reading = activity([workload(1)])
        reading.namespaceCounters = NamespaceCounters { _ in 5 }
        for workload in [.host, WorkloadIndex(rawValue: 1)] {
            for id in Counter.allCases { reading.counters[id, workload] = [1] }
            for id in Stock.allCases { reading.stocks[id, workload] = [1] }
        }
        let groups = series.machine(reading, at: time(1))
        #expect(Set(groups.metrics(.part(1)).map(\.name)).isSubset(of: names))
        // Resets of request sockets are only known for the whole namespace.
        #expect(groups.values("tcplens.handshakes", .part(1)).keys.allSatisfy { $0 != "reset server" })
    }

    @Test func `the limit of series is for each metric of each workload`() {
        var series = ObservedSeries(epoch, limit: 3)
        var reading = activity([workload(1), workload(2)])
        reading.listenerDrops = (0..<3).flatMap { place in
            (1...5).map { port in
                PortRow(port: port, type: .ipv4, value: 2, workload: WorkloadIndex(rawValue: place))
            }
        }
        let groups = series.machine(reading, at: time(1))
        for subject in [MetricGroup.Subject.own, .part(1), .part(2)] {
            let values = groups.values("tcplens.listener.drops", subject)
            #expect(values.count == 4)
            #expect(values["true"] == .int(4))
        }
    }

    @Test func `a row of a workload that the reading does not have is the host's`() {
        var series = ObservedSeries(epoch, limit: 2000)
        var reading = activity([])
        reading.connections.append(ConnectionRow(.established, .ipv4, workload: WorkloadIndex(rawValue: 9), count: 3))
        let groups = series.machine(reading, at: time(1))
        #expect(groups.values(connections, .own)["established tcp ipv4"] == .int(1003))
    }

    @Test func `flows of a workload that is gone still explain the stocks of the machine`() {
        func table(_ previous: ConnectionState, _ state: ConnectionState, _ count: UInt64) -> [UInt64] {
            var table = [UInt64](repeating: 0, count: Counter.transitions.rowCount)
            table[Counter.transitions.row(NetworkType.ipv4, previous, state)] = count
            return table
        }
        var series = ObservedSeries(epoch, limit: 2000)
        let index = WorkloadIndex(rawValue: 1)
        // Five connections that are older than the agent; then all of them end, and so does their workload.
        var reading = Activity(workloads: [.host, workload(1)])
        reading.connections = [ConnectionRow(.established, .ipv4, workload: index, count: 5)]
        reading.counters[.transitions, index] = table(.established, .closed, 0)
        _ = series.machine(reading, at: time(1))
        reading = Activity(workloads: [.host, workload(1, hasEnded: true)])
        reading.counters[.transitions, index] = table(.established, .closed, 5)
        reading.transitionsBefore = table(.established, .closed, 5)
        _ = series.machine(reading, at: time(2))
        #expect(series.drift.last?[.established] == 0)
        _ = series.machine(Activity(), at: time(3))
        #expect(series.drift.last?[.established] == 0)
    }
}
