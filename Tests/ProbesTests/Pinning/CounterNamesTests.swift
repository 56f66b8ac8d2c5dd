import CProbes
import Testing

@testable import Probes

/// Counters that move between builds with different layouts.
@Suite struct CounterNamesTests {
    /// A layout whose counters are in the opposite order.
    private func reversed() -> CounterNames {
        var other = CounterNames.own
        let last = Int(FLOW_DURATIONS) - 1
        other.counters = other.counters.mapValues { last - $0 }
        return other
    }

    /// All counters, each with a number of its own.
    private var numbered: [UInt64] { (1...UInt64(FLOW_COUNTERS)).map { $0 } }

    @Test func `each counter has a place of its own`() {
        let names = CounterNames.own
        #expect(Set(names.counters.values).count == names.counters.count)
        #expect(Set(names.histograms.values).count == names.histograms.count)
        #expect(names.counters.values.allSatisfy { $0 < FLOW_DURATIONS })
        // What is counted has a name.
        #expect(names.histograms.count == Int(DURATION_COUNT))
        let counted = Int(FLOW_DURATIONS) - Int(FLOW_TRANSITIONS)
        #expect(names.counters.count == counted, "\(names.counters.count) of \(counted)")
    }

    @Test func `counters of another layout come to their own places`() {
        let other = reversed()
        let there = CounterNames.own.taking(numbered, from: other)
        for (name, place) in CounterNames.own.counters {
            #expect(other.counters[name].map { numbered[$0] } == there[place], "\(name)")
        }
        #expect(there != numbered)
        // And back again.
        #expect(other.taking(there, from: .own).prefix(Int(FLOW_DURATIONS)) == numbered.prefix(Int(FLOW_DURATIONS)))
    }

    @Test func `what only one of them counts is left out`() {
        var other = CounterNames.own
        other.counters["resets/transmit/ipv4"] = nil
        other.counters["resets/transmit/ipv9"] = 0
        let there = CounterNames.own.taking(numbered, from: other)
        let place = CounterNames.own.counters["resets/transmit/ipv4"]
        #expect(place.map { there[$0] } == 0)
    }

    @Test func `histograms of another form are left out`() {
        var other = CounterNames.own
        other.histogramForm = "scale 0"
        let there = CounterNames.own.taking(numbered, from: other)
        #expect(there[Int(FLOW_DURATIONS)...].allSatisfy { $0 == 0 })
        #expect(there[0] == 1)
    }

    @Test func `a layout that is longer or shorter than it says is no trouble`() {
        var other = CounterNames.own
        other.counters = other.counters.mapValues { $0 + 1_000_000 }
        other.histograms = other.histograms.mapValues { -1_000_000 - $0 }
        #expect(CounterNames.own.taking(numbered, from: other).allSatisfy { $0 == 0 })
        #expect(CounterNames.own.taking([1], from: reversed()).count == Int(FLOW_COUNTERS))
    }

    @Test func `maps with a row for each sampler are added up`() {
        let names = CounterNames.own
        let counters = names.counters { map in map == "tcp_handshakes" ? numbered.prefix(64).map { $0 } : nil }
        let size = Int(FLOW_IO) - Int(FLOW_HANDSHAKES)
        #expect(counters[Int(FLOW_HANDSHAKES)] == 1 + UInt64(size) + 1)
        #expect(counters[0] == 0)
    }
}
