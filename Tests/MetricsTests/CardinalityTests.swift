import Metrics
import Testing

/// The rules of "Cardinality limits" in OpenTelemetry's `metrics/sdk.md`.
@Suite struct CardinalityTests {
    @Test func `the limit is 2000 and the overflow has one attribute (conformance 90, 91)`() {
        #expect(CardinalityLimit<Int>.standard == 2000)
        #expect(Attributes.overflow == ["otel.metric.overflow": true])
        var series = StockSeries<Int>()
        #expect(series.observe((0..<2000).map { (key: $0, value: 1) }).count == 2000)
        #expect(series.observe((0..<2500).map { (key: $0, value: 1) }).last == .init(key: nil, value: 500))
    }

    @Test func `keys that come and go leave nothing behind`() {
        var limit = CardinalityLimit<Int>(10)
        for round in 0..<1000 {
            let keys = (round * 20)..<(round * 20 + 20)
            let gone = limit.update(keys)
            #expect(gone.count == (round == 0 ? 0 : 20))
            // In the order in which they were observed, and no others.
            #expect(limit.keptKeys == Array(keys.prefix(10)))
            #expect(keys.count(where: limit.keeps) == 10)
        }
        #expect(limit.update([]).count == 20)
        #expect(limit.update([5, 5, 7, 5]) == [])
        #expect(limit.keptKeys == [5, 7])
        limit.remove(5)
        limit.remove(6)
        #expect(limit.update([7, 5]) == [] && limit.keptKeys == [7, 5])
    }

    @Test(arguments: [0, 1, 7, 50, 99]) func `places go to those that waited longest`(limit: Int) {
        var limited = CardinalityLimit<Int>(limit)
        _ = limited.update(0..<100)
        #expect(limited.keptKeys == Array(0..<limit))
        // Every second one is gone, and the others come in another order.
        _ = limited.update((0..<100).reversed().filter { $0 % 2 == 1 })
        let kept = (0..<100).filter { $0 % 2 == 1 }.prefix(limit)
        #expect(limited.keptKeys == Array(kept))
    }

    @Test func `up to the limit there is no overflow`() {
        var series = CumulativeSeries<String, UInt64>(limit: 3, start: at(1))
        series.observe([(key: "a", value: 1), (key: "b", value: 2), (key: "c", value: 3)], at: at(2))
        #expect(series.series == [.init("a", 1, 1), .init("b", 1, 2), .init("c", 1, 3)])
    }

    @Test func `beyond the limit the first observed keep their series and the rest overflow`() {
        var series = CumulativeSeries<String, UInt64>(limit: 2, start: at(1))
        series.observe([(key: "a", value: 1), (key: "b", value: 2)], at: at(2))
        series.observe(
            [(key: "d", value: 40), (key: "c", value: 30), (key: "b", value: 5), (key: "a", value: 1)],
            at: at(3)
        )
        #expect(series.series == [.init("a", 1, 1), .init("b", 1, 5), .init(nil, 2, 70)])
        series.observe(
            [(key: "a", value: 2), (key: "b", value: 5), (key: "c", value: 31), (key: "d", value: 42)],
            at: at(4)
        )
        #expect(series.series == [.init("a", 1, 2), .init("b", 1, 5), .init(nil, 2, 73)])
    }

    @Test func `the overflow does not fall when its keys are gone`() {
        var series = CumulativeSeries<String, UInt64>(limit: 1, start: at(1))
        series.observe([(key: "a", value: 1), (key: "b", value: 2), (key: "c", value: 3)], at: at(2))
        series.observe([(key: "a", value: 1), (key: "c", value: 4)], at: at(3))
        #expect(series.series == [.init("a", 1, 1), .init(nil, 1, 6)])
        // The key that came back counts from zero.
        series.observe([(key: "a", value: 1), (key: "b", value: 10), (key: "c", value: 4)], at: at(4))
        #expect(series.series == [.init("a", 1, 1), .init(nil, 1, 16)])
        series.observe([(key: "a", value: 1)], at: at(5))
        #expect(series.series == [.init("a", 1, 1), .init(nil, 1, 16)])
    }

    @Test func `a key that is gone frees its place for the one that waited longest (conformance 86)`() {
        var series = CumulativeSeries<String, UInt64>(limit: 2, start: at(1))
        series.observe([(key: "a", value: 1), (key: "b", value: 2), (key: "c", value: 3)], at: at(2))
        series.observe(
            [(key: "e", value: 9), (key: "d", value: 5), (key: "c", value: 7), (key: "b", value: 2)],
            at: at(3)
        )
        // Earlier counts of "c" are in the overflow series, so its own series only has later ones.
        #expect(series.series == [.init("b", 1, 2), .init("c", 2, 4), .init(nil, 1, 3 + 9 + 5)])
        series.observe(
            [(key: "b", value: 2), (key: "c", value: 8), (key: "d", value: 6), (key: "e", value: 9)],
            at: at(4)
        )
        #expect(series.series == [.init("b", 1, 2), .init("c", 2, 5), .init(nil, 1, 18)])
    }

    @Test func `a key that comes back starts anew`() {
        var series = CumulativeSeries<String, UInt64>(limit: 2, start: at(1))
        series.observe([(key: "a", value: 7)], at: at(2))
        series.observe([], at: at(3))
        #expect(series.series.isEmpty)
        series.observe([(key: "a", value: 9)], at: at(4))
        #expect(series.series == [.init("a", 3, 9)])
    }

    @Test func `a counter that fell is another one (conformance 82)`() {
        var series = CumulativeSeries<String, UInt64>(limit: 1, start: at(1))
        series.observe([(key: "a", value: 7), (key: "b", value: 7)], at: at(2))
        series.observe([(key: "a", value: 3), (key: "b", value: 2)], at: at(3))
        #expect(series.series == [.init("a", 2, 3), .init(nil, 1, 9)])
    }

    @Test func `an expired key starts anew even with a greater count`() {
        var series = CumulativeSeries<String, UInt64>(limit: 1, start: at(1))
        series.observe([(key: "a", value: 7), (key: "b", value: 1)], at: at(2))
        series.expire("a")
        series.expire("b")
        #expect(series.series == [.init(nil, 1, 1)])
        series.observe([(key: "a", value: 8), (key: "b", value: 2)], at: at(3))
        #expect(series.series == [.init("a", 2, 8), .init(nil, 1, 3)])
    }

    @Test func `an expired key that comes back waits behind those who waited`() {
        var series = CumulativeSeries<String, UInt64>(limit: 1, start: at(1))
        series.observe([(key: "a", value: 7), (key: "b", value: 1)], at: at(2))
        series.expire("a")
        series.observe([(key: "a", value: 8), (key: "b", value: 3)], at: at(3))
        #expect(series.series == [.init("b", 2, 2), .init(nil, 1, 9)])
    }

    @Test func `what the kernel had no room for is in the overflow too (conformance 95)`() {
        var series = CumulativeSeries<String, UInt64>(limit: 1, start: at(1))
        series.observe([(key: "a", value: 1)], overflow: 0, at: at(2))
        #expect(series.series == [.init("a", 1, 1)])
        series.observe([(key: "a", value: 1)], overflow: 4, at: at(3))
        series.observe([(key: "a", value: 1), (key: "b", value: 2)], overflow: 5, at: at(4))
        #expect(series.series == [.init("a", 1, 1), .init(nil, 2, 7)])
    }

    @Test(arguments: [0, -1])
    func `without any place everything overflows`(limit: Int) {
        var series = CumulativeSeries<String, UInt64>(limit: limit, start: at(1))
        series.observe([(key: "a", value: 1), (key: "b", value: 2)], at: at(2))
        #expect(series.series == [.init(nil, 1, 3)])
    }

    @Test func `an overflow beyond 64 bits stays at the greatest count (conformance 96)`() {
        var series = CumulativeSeries<String, UInt64>(limit: 0, start: at(1))
        series.observe([(key: "a", value: .max), (key: "b", value: 2)], at: at(2))
        #expect(series.series == [.init(nil, 1, .max)])
    }

    @Test func `distributions overflow as counts do, and their sums outlive the kernel's`() {
        func distribution(_ count: UInt64, _ sum: UInt64) -> Distribution { Distribution(counts: [count], sum: sum) }
        var series = CumulativeSeries<String, Distribution>(limit: 1, start: at(1))
        series.observe([(key: "a", value: distribution(1, .max)), (key: "b", value: distribution(1, .max))], at: at(2))
        series.observe([(key: "a", value: distribution(2, 4)), (key: "b", value: distribution(3, 1))], at: at(3))
        #expect(series.series.map(\.value.count) == [2, 3])
        #expect(series.series.map(\.value.sum) == [UInt128(UInt64.max) + 5, UInt128(UInt64.max) + 2])
    }

    /// Keys come and go; each measurement must always be in exactly one series.
    @Test(arguments: [1, 3, 10])
    func `nothing is lost, counted twice or taken back (conformance 89, 92)`(limit: Int) {
        var random = Random()
        var series = CumulativeSeries<Int, UInt64>(limit: limit, start: at(0))
        var counters: [Int: UInt64] = [:]
        var (measured, ended): (UInt64, UInt64) = (0, 0)
        var before: [CumulativeSeries<Int, UInt64>.Series] = []
        for time in 1...500 {
            var absent: Set<Int> = []
            for key in counters.keys.sorted() where random.next(8) == 0 {
                counters[key] = nil
                // Only this tells that a counter is another one if it is not smaller.
                if random.next(2) == 0 { series.expire(key) } else { absent.insert(key) }
            }
            for _ in 0..<random.next(12) {
                let (key, count) = (random.next(15), UInt64(random.next(100)))
                guard !absent.contains(key) else { continue }
                counters[key, default: 0] += count
                measured += count
            }
            series.observe(counters.map { (key: $0.key, value: $0.value) }, at: at(UInt64(time)))
            let now = series.series
            #expect(now.count { $0.key != nil } == min(limit, counters.count))
            for earlier in before {
                if let later = now.first(where: { $0.key == earlier.key && $0.start == earlier.start }) {
                    #expect(later.value >= earlier.value)
                } else {
                    #expect(earlier.key != nil)
                    ended += earlier.value
                }
            }
            #expect(now.reduce(ended) { $0 + $1.value } == measured)
            before = now
        }
    }

    @Test func `of stocks the first observed keep their series and the rest is one sum`() {
        var series = StockSeries<String>(limit: 2)
        #expect(series.observe([(key: "b", value: 1), (key: "a", value: 2)]) == [.init("b", 1), .init("a", 2)])
        #expect(
            series.observe([(key: "c", value: 4), (key: "a", value: 3), (key: "b", value: 1), (key: "d", value: 5)])
                == [.init("a", 3), .init("b", 1), .init(nil, 9)]
        )
        // "b" is gone, "c" has waited longest, and "b" is new again later.
        #expect(
            series.observe([(key: "d", value: 5), (key: "c", value: 4), (key: "a", value: 3)])
                == [.init("c", 4), .init("a", 3), .init(nil, 5)]
        )
        #expect(
            series.observe([(key: "b", value: 1), (key: "c", value: 4), (key: "a", value: 3)], overflow: 2)
                == [.init("c", 4), .init("a", 3), .init(nil, 3)]
        )
        #expect(series.observe([(key: "b", value: 1)]) == [.init("b", 1)])
    }

    private func at(_ time: UInt64) -> Timestamp { Timestamp(unixNanoseconds: time) }
}

extension CumulativeSeries<String, UInt64>.Series {
    fileprivate init(_ key: String?, _ start: UInt64, _ value: UInt64) {
        self.init(key: key, start: Timestamp(unixNanoseconds: start), value: value)
    }
}

extension StockSeries<String>.Series {
    fileprivate init(_ key: String?, _ value: UInt64) {
        self.init(key: key, value: value)
    }
}

/// The same numbers in every run.
private struct Random {
    private var state: UInt64 = 1

    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}
