import Foundation

/// A resource of a request and its points, read from the output of `tcplens sink --format json`.
struct ExportedResource {
    /// A point of a metric.
    struct Point {
        var metric: String
        /// The attributes as `key=value`.
        var attributes: Set<String>
        /// In nanoseconds since 1970; nil for a gauge.
        var start: UInt64?
        var time: UInt64
        /// The number, or the count of a histogram; nil if the series has ended.
        var value: Int?
        /// Whether it says that the series has ended (`DataPointFlags`).
        var isEnd: Bool
    }

    /// The attributes of the resource, as text.
    var attributes: [String: String]
    var points: [Point]

    /// The resources of a request.
    static func all(in request: NSDictionary) -> [ExportedResource] {
        list(request, "resourceMetrics").map { metrics in
            let scopes = list(metrics, "scopeMetrics").flatMap { list($0, "metrics") }
            return ExportedResource(
                attributes: attributes(of: metrics["resource"] as? NSDictionary ?? [:]),
                points: scopes.flatMap(points)
            )
        }
    }

    /// The attributes of the resources of a request, without their points.
    static func attributes(in request: NSDictionary) -> [[String: String]] {
        list(request, "resourceMetrics").map { attributes(of: $0["resource"] as? NSDictionary ?? [:]) }
    }

    /// The sum of the numbers of a metric whose attributes contain these.
    func sum(_ metric: String, _ attributes: String...) -> Int {
        points.filter { $0.metric == metric && $0.attributes.isSuperset(of: attributes) }
            .reduce(0) { $0 + ($1.value ?? 0) }
    }

    /// How often the state `previous` changed into `state`.
    func transitions(_ previous: String, _ state: String) -> Int {
        sum(
            "tcplens.connection.transitions",
            "tcplens.connection.state.previous=\(previous)",
            "network.connection.state=\(state)"
        )
    }

    private static func points(of metric: NSDictionary) -> [Point] {
        let name = metric["name"] as? String ?? ""
        return ["sum", "gauge", "histogram", "exponentialHistogram"].flatMap { kind in
            list(metric[kind] as? NSDictionary ?? [:], "dataPoints").map { point in
                let isEnd = (point["flags"] as? Int ?? 0) & 1 == 1
                let number = point["asInt"] ?? point["count"] ?? point["asDouble"]
                return Point(
                    metric: name,
                    attributes: Set(attributes(of: point).map { "\($0.key)=\($0.value)" }),
                    start: (point["startTimeUnixNano"] as? String).flatMap { UInt64($0) },
                    time: (point["timeUnixNano"] as? String).flatMap { UInt64($0) } ?? 0,
                    value: isEnd ? nil : number.flatMap { Int("\($0)") },
                    isEnd: isEnd
                )
            }
        }
    }

    private static func attributes(of object: NSDictionary) -> [String: String] {
        list(object, "attributes").reduce(into: [:]) { attributes, attribute in
            let value = (attribute["value"] as? NSDictionary)?.allValues.first
            attributes[attribute["key"] as? String ?? ""] = value.map { "\($0)" }
        }
    }

    private static func list(_ object: NSDictionary, _ key: String) -> [NSDictionary] {
        object[key] as? [NSDictionary] ?? []
    }
}

extension Sink {
    /// The resources of all requests so far, by request.
    func resources() throws -> [[ExportedResource]] {
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return try lines.map { line in
            guard let request = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? NSDictionary else {
                throw Timeout(description: "no object: \(line)")
            }
            return ExportedResource.all(in: request)
        }
    }
}
