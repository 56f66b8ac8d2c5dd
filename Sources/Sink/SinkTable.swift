import Metrics
internal import OTLPExport
internal import Rendering
internal import System

/// What the sink has received as text: resources, their scopes, their metrics and points.
struct SinkTable {
    /// What the terminal can show.
    var style: OutputStyle

    /// The text of a request: how it was sent, and its contents.
    func text(_ delivery: Delivery, time: String) -> String {
        var lines = [style.paint(clip(heading(delivery, time: time)), .dim)]
        for resource in delivery.metrics {
            var text = AttributeText.wrapped("RESOURCE", resource.resource.attributes, style)
            for scope in resource.scopes {
                text += clip("SCOPE     " + name(of: scope.scope)) + "\n"
                text += scope.metrics.map { "\n" + self.text($0) }.joined()
            }
            lines.append(text)
        }
        if !delivery.leftOut.isEmpty {
            let names = delivery.leftOut.map { style.showable($0.printable()) }.joined(separator: " ")
            lines.append(clip("Not shown, but in --format json: \(names)") + "\n")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func heading(_ delivery: Delivery, time: String) -> String {
        let metrics = delivery.metrics.flatMap(\.scopes).reduce(0) { $0 + $1.metrics.count }
        let points = delivery.metrics.reduce(0) { $0 + $1.pointCount }
        let form = "\(delivery.encoding == .json ? "json" : "protobuf")\(delivery.isCompressed ? " gzip" : "")"
        let counts = [(points, "point"), (metrics, "metric"), (delivery.metrics.count, "resource")]
            .map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", ")
        let size = MeasureText.text(Double(delivery.receivedBytes), unit: "By")
        return "--- \(time)  \(counts)  \(form) \(size)\(delivery.peer.map { "  from \($0)" } ?? "")"
    }

    private func name(of scope: Scope) -> String {
        let name = scope.name.isEmpty ? "(no name)" : scope.name
        return style.showable("\(name) \(scope.version)".printable())
    }

    private func text(_ metric: Metric) -> String {
        let unit = metric.unit.printable()
        let kind = "(" + metric.data.kind + (unit.isEmpty ? "" : "; in \(unit)") + ")"
        let name = style.showable(metric.name.printable())
        let room = style.columns.map { max(0, $0 - name.count - 1) } ?? .max
        var text = style.paint(clip(name), .bold)
        text += room > kind.count ? " \(style.clip(kind, to: room))\n" : "\n" + clip("  \(kind)") + "\n"
        let description = style.showable(metric.description.printable())
        if !description.isEmpty { text += style.paint(clip("  " + description), .dim) + "\n" }
        return text + PointTable(metric.data, unit: metric.unit, style).text
    }

    private func clip(_ text: String) -> String {
        style.columns.map { style.clip(text, to: $0) } ?? text
    }
}

extension Metric.Data {
    /// The kind of a metric, in the words of the specification.
    fileprivate var kind: String {
        switch self {
        case .gauge: "gauge"
        case .sum(_, let temporality, let isMonotonic):
            "\(temporality) sum, \(isMonotonic ? "monotonic" : "not monotonic")"
        case .histogram(_, let temporality): "\(temporality) histogram"
        case .exponentialHistogram(_, let temporality): "\(temporality) exponential histogram"
        }
    }
}
