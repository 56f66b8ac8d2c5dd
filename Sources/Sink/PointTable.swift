import Metrics
internal import Rendering
internal import System

/// The points of one metric as text: a line for each with its value first, and a column for each attribute.
struct PointTable {
    /// A point: its attributes, its value, and the lines below it.
    private struct Row {
        var attributes: Attributes
        var value: String
        var lines: [String] = []
    }

    private static let indentation = 2

    private var rows: [Row]
    private let style: OutputStyle

    /// Lays out the points of `data`.
    init(_ data: Metric.Data, unit: String, _ style: OutputStyle) {
        self.style = style
        func row(
            _ attributes: Attributes,
            _ count: UInt64,
            _ sum: Double?,
            _ extremes: Extremes,
            _ chart: HistogramChart
        )
            -> Row
        {
            var parts = ["count=\(count)"]
            func add(_ name: String, _ value: Double?) {
                if let value { parts.append("\(name)=\(MeasureText.text(value, unit: unit))") }
            }
            add("sum", sum)
            add("mean", count > 0 ? sum.map { $0 / Double(count) } : nil)
            add("min", extremes.minimum)
            add("max", extremes.maximum)
            let lines = chart.lines(unit: unit, indentation: 2 * Self.indentation, style)
            return Row(attributes: attributes, value: parts.joined(separator: " "), lines: lines)
        }
        func ended(_ point: some DataPoint) -> Row { Row(attributes: point.attributes, value: "ended") }
        switch data {
        case .gauge(let points), .sum(let points, _, _):
            rows = points.map { $0.isEnd ? ended($0) : Row(attributes: $0.attributes, value: $0.value.description) }
        case .histogram(let points, _):
            rows = points.map {
                $0.isEnd ? ended($0) : row($0.attributes, $0.count, $0.sum, $0.extremes, HistogramChart($0))
            }
        case .exponentialHistogram(let points, _):
            rows = points.map {
                $0.isEnd ? ended($0) : row($0.attributes, $0.count, $0.sum, $0.extremes, HistogramChart($0))
            }
        }
    }

    /// The attributes that all points share, if there are several points.
    ///
    /// They need no column.
    var common: Attributes {
        guard rows.count > 1, let first = rows.first else { return [:] }
        return Attributes(
            first.attributes.filter { attribute in
                rows.allSatisfy { $0.attributes[attribute.key] == attribute.value }
            }
        )
    }

    /// The lines.
    var text: String {
        let common = common
        let keys = Set(rows.flatMap { $0.attributes.map(\.key) }).subtracting(common.map(\.key)).sorted()
        var text = common.isEmpty ? "" : AttributeText.wrapped("  all:", common, style)
        let table = table(keys)
        let fits = style.columns.map { table.width <= $0 } ?? true
        guard rows.count > 1, !keys.isEmpty, rows.allSatisfy(\.lines.isEmpty), fits else {
            for row in rows {
                let own = Attributes(row.attributes.filter { common[$0.key] == nil })
                text += AttributeText.wrapped("  " + row.value, own, style)
                text += row.lines.map { $0 + "\n" }.joined()
            }
            return text
        }
        return text + table.text(style)
    }

    private func table(_ keys: [String]) -> TextTable {
        var table = TextTable(columns: [.number("VALUE")] + keys.map { .text(style.showable($0.printable())) })
        table.indentation = Self.indentation
        table.rows = rows.map { row in
            [row.value] + keys.map { key in row.attributes[key].map { AttributeText.text($0, style) } ?? "" }
        }
        return table
    }
}

/// Attributes as text: `key=value`, as many on a line as fit.
enum AttributeText {
    /// The attributes after `label`.
    ///
    /// Further lines are aligned with the first attribute.
    static func wrapped(_ label: String, _ attributes: Attributes, _ style: OutputStyle) -> String {
        let words = attributes.map { style.showable($0.key.printable()) + "=" + text($0.value, style) }
        let width = label.count + 2
        var lines: [String] = [label]
        var isFirst = true
        for word in words {
            let room = (style.columns ?? .max) - (lines[lines.count - 1].count + (isFirst ? 2 : 1))
            if isFirst || word.count <= room {
                lines[lines.count - 1] += (isFirst ? "  " : " ") + word
            } else {
                lines.append(String(repeating: " ", count: width) + word)
            }
            isFirst = false
        }
        return lines.map { line in (style.columns.map { width in style.clip(line, to: width) } ?? line) + "\n" }
            .joined()
    }

    /// A value, in quotation marks if it is empty or has several words.
    static func text(_ value: AttributeValue, _ style: OutputStyle) -> String {
        style.showable(value.description.printable()).quotedIfNeeded
    }
}
