import Catalogue
import Metrics
import Observations
import Readings
import Simulation
import Testing

/// What is exported is declared, and what is declared is exported.
@Suite struct ClosedWorldTests {
    /// All metrics of several minutes in which each fault occurs in turn.
    private static let metrics: [Metric] = {
        var options = SimulatedHost.Options()
        options.rate = 30
        options.measuresResponses = true
        return [false, true].flatMap { splitsByPort in
            options.splitsByPort = splitsByPort
            return run(options)
        }
    }()

    private static func run(_ options: SimulatedHost.Options) -> [Metric] {
        let start = Timestamp(unixNanoseconds: 1_000_000_000)
        let host = FaultyHost(SimulatedHost(options, start: start))
        let observation = Observation(of: host)
        let producers: [any MetricProducer] = [MachineMetrics(of: observation), UpkeepMetrics(of: observation)]
        return (1...40).flatMap { round in
            let time = start.advanced(by: Int64(round) * 5_000_000_000)
            return producers.flatMap { (try? $0.metrics(at: time)) ?? [] }
        }
    }

    private static let declared = Catalogue.machine + Catalogue.upkeep

    @Test func `what is exported matches its declaration`() throws {
        for metric in Self.metrics {
            let definition = try #require(Self.declared.first { $0.name == metric.name }, "\(metric.name)")
            #expect(metric.unit == definition.unit)
            #expect(metric.description == definition.description)
            #expect(metric.bounds == definition.bounds)
            #expect(metric.data.kind == definition.kind.text, "\(metric.name)")
            for attributes in metric.data.pointAttributes {
                expectDeclared(attributes, definition)
            }
        }
    }

    private func expectDeclared(_ attributes: Attributes, _ definition: MetricDefinition) {
        for attribute in attributes {
            let declared = definition.attributes.first { $0.key == attribute.key }
            if declared?.allows(attribute.value) != true {
                Issue.record("\(definition.name) \(attribute.key)=\(attribute.value)")
            }
        }
        guard attributes[AttributeKey.overflow] == nil else { return }
        for required in definition.attributes where required.isRequired {
            if attributes[required.key] == nil { Issue.record("\(definition.name) without \(required.key)") }
        }
    }

    @Test(arguments: Catalogue.machine + Catalogue.upkeep)
    func `what is declared is exported, with each value of each attribute`(definition: MetricDefinition) {
        let points = Self.metrics.filter { $0.name == definition.name }.flatMap(\.data.pointAttributes)
        #expect(!points.isEmpty)
        for attribute in definition.attributes {
            let values = Set(points.compactMap { $0[attribute.key] })
            #expect(!values.isEmpty, "\(attribute.key)")
            if case .oneOf(let texts) = attribute.values {
                #expect(values == Set(texts.map { .string($0) }), "\(attribute.key)")
            }
            if !attribute.isRequired {
                #expect(points.contains { $0[attribute.key] == nil }, "\(attribute.key) is on each point")
            }
        }
    }

    @Test func `no name is declared twice`() {
        #expect(Set(Catalogue.all.map(\.name)).count == Catalogue.all.count)
    }
}

/// A host on which all faults are switched on for the second half of the time.
private struct FaultyHost: ReadingSource {
    private var host: SimulatedHost
    private var rounds = 0

    init(_ host: SimulatedHost) {
        self.host = host
    }

    mutating func read(at time: Timestamp) -> Reading {
        rounds += 1
        host.faults = rounds > 20 ? Set(Fault.allCases) : rounds > 10 ? [.restarts, .deadPeers] : []
        return host.read(at: time)
    }
}

extension MetricDefinition.Kind {
    fileprivate var text: String {
        switch self {
        case .counter: "counter"
        case .upDownCounter: "up-down counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}

extension Metric.Data {
    fileprivate var kind: String {
        switch self {
        case .gauge: "gauge"
        case .sum(_, .cumulative, let isMonotonic): isMonotonic ? "counter" : "up-down counter"
        case .sum(_, .delta, _): "delta"
        case .histogram(_, .cumulative), .exponentialHistogram(_, .cumulative): "histogram"
        case .histogram, .exponentialHistogram: "delta"
        }
    }

    fileprivate var pointAttributes: [Attributes] {
        switch self {
        case .gauge(let points), .sum(let points, _, _): points.map(\.attributes)
        case .histogram(let points, _): points.map(\.attributes)
        case .exponentialHistogram(let points, _): points.map(\.attributes)
        }
    }
}
