/// The output of the Collector's debug exporter (verbosity `detailed`), parsed.
struct CollectorReport {
    /// One metric of one export.
    struct Metric {
        /// The lines of its descriptor: `Name`, `Unit`, `DataType`, `IsMonotonic`, `AggregationTemporality`.
        var descriptor: [String: String] = [:]
        /// Its points.
        var points: [Point] = []
    }

    /// One point.
    struct Point {
        /// Its attributes, with values such as `Str(tcp)`.
        var attributes: [String: String] = [:]
        /// Its other lines: `StartTimestamp`, `Timestamp`, `Value`.
        var fields: [String: String] = [:]
    }

    /// One resource of one export.
    struct Export {
        /// The resource's attributes, with values such as `Str(linux)`.
        var resource: [String: String] = [:]
        /// Everything else above the metrics: `Resource SchemaURL`, `ScopeMetrics SchemaURL`, and the scope.
        var fields: [String: String] = [:]
        /// The metrics by name.
        var metrics: [Metric] = []

        /// The metric called `name`.
        subscript(name: String) -> Metric? {
            metrics.first { $0.descriptor["Name"] == name }
        }
    }

    /// All exports, in the order in which they arrived.
    private var resources: [Export] = []

    /// The exports about the machine.
    var exports: [Export] { resources.filter { $0.resource["process.pid"] == nil } }

    /// The exports about the agent itself.
    var accounts: [Export] { resources.filter { $0.resource["process.pid"] != nil } }

    /// Reads the Collector's standard error.
    init(_ log: String) {
        var section = Section.other
        for line in log.split(separator: "\n") {
            read(line, &section)
        }
    }

    private enum Section {
        case resource, scope, descriptor, attributes, other
    }

    private mutating func read(_ line: Substring, _ section: inout Section) {
        if line.contains("ResourceMetrics #") {
            resources.append(Export())
            section = .other
            return
        }
        guard !resources.isEmpty else { return }
        let last = resources.count - 1
        let arrow = "     -> "
        if line.hasPrefix(arrow) {
            guard let (key, value) = Self.pair(line.dropFirst(arrow.count)) else { return }
            switch section {
            case .resource: resources[last].resource[key] = value
            case .descriptor: updateMetric(last) { $0.descriptor[key] = value }
            case .attributes: updatePoint(last) { $0.attributes[key] = value }
            case .scope, .other: break
            }
            return
        }
        switch line {
        case "Resource attributes:": section = .resource
        case "Data point attributes:": section = .attributes
        case _ where line.hasPrefix("Metric #"): resources[last].metrics.append(Metric())
        case "Descriptor:": section = .descriptor
        case _ where line.contains("DataPoints #"): updateMetric(last) { $0.points.append(Point()) }
        case _ where line.hasPrefix("InstrumentationScope "):
            resources[last].fields["InstrumentationScope"] = String(line.dropFirst("InstrumentationScope ".count))
        default:
            guard let (key, value) = Self.pair(line) else { return }
            if resources[last].metrics.isEmpty {
                resources[last].fields[key] = value
            } else {
                updatePoint(last) { $0.fields[key] = value }
            }
        }
    }

    private mutating func updateMetric(_ export: Int, _ update: (inout Metric) -> Void) {
        guard let last = resources[export].metrics.indices.last else { return }
        update(&resources[export].metrics[last])
    }

    private mutating func updatePoint(_ export: Int, _ update: (inout Point) -> Void) {
        updateMetric(export) { metric in
            guard let last = metric.points.indices.last else { return }
            update(&metric.points[last])
        }
    }

    private static func pair(_ line: Substring) -> (key: String, value: String)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
}

extension SocketTable {
    /// Reads `system.network.connection.count` of `export`.
    init(_ export: CollectorReport.Export) {
        for point in export["system.network.connection.count"]?.points ?? [] {
            let (state, type) = (point.string("network.connection.state"), point.string("network.type"))
            add(state, type, point.fields["Value"].flatMap { Int($0) } ?? 0)
        }
    }
}

extension CollectorReport.Point {
    /// The text of an attribute that is a string.
    func string(_ key: String) -> String {
        let value = attributes[key, default: ""]
        return value.hasPrefix("Str(") ? String(value.dropFirst(4).dropLast()) : value
    }
}
