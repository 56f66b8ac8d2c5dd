import Metrics

/// Makes metrics of all kinds at random: empty and large, with all types of attributes, all flags and all boundaries.
struct RandomMetrics: RandomNumberGenerator {
    private var state: UInt64
    /// Sets that have been used, so that some are used again, at other kinds of points.
    private var known: [Attributes] = [[:]]

    /// Creates a generator; the same seed makes the same metrics.
    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        // SplitMix64.
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// The metrics of one request.
    mutating func metrics() -> [ResourceMetrics] {
        list(upTo: 3) { random in
            let resource = Resource(attributes: random.attributes(), schemaURL: random.text())
            return ResourceMetrics(
                resource: resource,
                scopes: random.list(upTo: 3) { random in
                    ScopeMetrics(
                        scope: Scope(name: random.text(), version: random.text(), schemaURL: random.text()),
                        metrics: random.list(upTo: 5) { $0.metric() }
                    )
                }
            )
        }
    }

    private mutating func metric() -> Metric {
        Metric(name: text(), description: text(), unit: text(), data: data())
    }

    private mutating func data() -> Metric.Data {
        let count = chance(10) ? 300 : 4
        let temporality: Temporality = chance(2) ? .delta : .cumulative
        switch Int.random(in: 0..<4, using: &self) {
        case 0: return .gauge(list(upTo: count) { $0.number() })
        case 1: return .sum(list(upTo: count) { $0.number() }, temporality, isMonotonic: chance(2))
        case 2: return .histogram(list(upTo: count) { $0.histogram() }, temporality)
        default: return .exponentialHistogram(list(upTo: count) { $0.exponentialHistogram() }, temporality)
        }
    }

    private mutating func number() -> NumberDataPoint {
        NumberDataPoint(
            attributes: attributes(),
            start: time(),
            time: time(),
            value: chance(2) ? .int(Int64(bitPattern: integer())) : .double(double()),
            flags: flags()
        )
    }

    private mutating func histogram() -> HistogramDataPoint {
        HistogramDataPoint(
            attributes: attributes(),
            start: time(),
            time: time(),
            count: integer(),
            sum: chance(2) ? double() : nil,
            bucketCounts: list(upTo: 20) { $0.integer() },
            explicitBounds: list(upTo: 20) { $0.double() },
            extremes: extremes(),
            flags: flags()
        )
    }

    private mutating func exponentialHistogram() -> ExponentialHistogramDataPoint {
        ExponentialHistogramDataPoint(
            attributes: attributes(),
            start: time(),
            time: time(),
            count: integer(),
            sum: chance(2) ? double() : nil,
            scale: Int32(truncatingIfNeeded: integer()),
            zeroCount: integer(),
            zeroThreshold: double(),
            positive: buckets(),
            negative: chance(4) ? buckets() : .init(),
            extremes: extremes(),
            flags: flags()
        )
    }

    private mutating func buckets() -> ExponentialHistogramDataPoint.Buckets {
        .init(offset: Int32(truncatingIfNeeded: integer()), counts: list(upTo: chance(10) ? 400 : 20) { $0.integer() })
    }

    private mutating func extremes() -> Extremes {
        Extremes(minimum: chance(2) ? double() : nil, maximum: chance(2) ? double() : nil)
    }

    private mutating func flags() -> DataPointFlags {
        switch Int.random(in: 0..<6, using: &self) {
        case 0: .noRecordedValue
        case 1: DataPointFlags(rawValue: UInt32(truncatingIfNeeded: integer()))
        default: []
        }
    }

    private mutating func time() -> Timestamp { Timestamp(unixNanoseconds: integer()) }

    /// Any attributes, or some that were used before.
    private mutating func attributes() -> Attributes {
        if chance(2), let attributes = known.randomElement(using: &self) { return attributes }
        let attributes = Attributes(list(upTo: 6) { Attribute($0.text(), $0.value()) })
        known.append(attributes)
        return attributes
    }

    private mutating func value() -> AttributeValue {
        switch Int.random(in: 0..<4, using: &self) {
        case 0: .string(text())
        case 1: .bool(chance(2))
        case 2: .int(Int64(bitPattern: integer()))
        default: .double(double())
        }
    }

    /// A text, which may be empty, and may have what is special in C or in UTF-8.
    private mutating func text() -> String {
        let alphabet: [Character] = ["a", "Z", "0", ".", "\0", "ü", "\u{FFFD}", "🌍", "\u{301}"]
        let length = chance(30) ? 300 : chance(4) ? 0 : Int.random(in: 0..<20, using: &self)
        return String((0..<length).compactMap { _ in alphabet.randomElement(using: &self) })
    }

    /// An integer with any number of bits; zero, and all boundaries of varints, are frequent.
    private mutating func integer() -> UInt64 {
        let bits = UInt64.random(in: 0...64, using: &self)
        let power: UInt64 = bits == 64 ? 0 : 1 << bits
        switch Int.random(in: 0..<4, using: &self) {
        case 0: return power
        case 1: return power &- 1
        default: return next() & (power &- 1)
        }
    }

    private mutating func double() -> Double {
        let special: [Double] = [0, -0.0, 1, -1, .infinity, .nan, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        return chance(2) ? special.randomElement(using: &self) ?? 0 : Double(bitPattern: next())
    }

    private mutating func chance(_ number: Int) -> Bool { Int.random(in: 0..<number, using: &self) == 0 }

    private mutating func list<Element>(upTo count: Int, _ make: (inout Self) -> Element) -> [Element] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in make(&self) }
    }
}
