internal import Metrics
internal import PrometheusNames
internal import System

/// Writes metrics in a text format of Prometheus into one buffer.
struct PrometheusText {
    /// The text.
    private(set) var bytes: [UInt8] = []

    private let isOpenMetrics: Bool
    private let hasCreated: Bool
    /// The labels of the current point, without braces.
    private var labels: [UInt8] = []
    private var labelNames = PrometheusLabelNames(of: [:])
    /// The labels that all points of the current part have, without braces.
    private var constantLabels: [UInt8] = []
    private var bounds = PrometheusBounds()

    /// Writes `families`.
    ///
    /// - Parameters:
    ///   - families: The metrics.
    ///   - target: The attributes of the resource, which become `target_info`.
    ///   - format: The format.
    ///   - hasCreated: Whether to write when counting began, if the format supports it. Prometheus stores that as one
    ///     more series of each counter and histogram.
    ///   - capacity: The expected size in bytes, so that the buffer need not grow.
    init(
        _ families: [PrometheusFamily],
        target: Attributes,
        format: ExpositionFormat,
        hasCreated: Bool = false,
        capacity: Int = 0
    ) {
        isOpenMetrics = format.syntax == .openMetrics
        self.hasCreated = hasCreated && isOpenMetrics
        bytes.reserveCapacity(capacity)
        if !target.isEmpty {
            write(target: target)
        }
        for family in families {
            writeHeader(family)
            for part in family.parts {
                write(part, of: family)
            }
        }
        if isOpenMetrics {
            write("# EOF\n")
        }
    }

    private mutating func write(target: Attributes) {
        // OpenMetrics has a kind for it, which adds the suffix to samples; in Prometheus it is a gauge with the full
        // name.
        let name = isOpenMetrics ? "target" : "target_info"
        writeHeader(name, kind: isOpenMetrics ? "info" : "gauge", help: "What the metrics are about.")
        constantLabels = []
        setLabels(target, taken: [])
        writeSample("target_info", "", .int(1))
    }

    private mutating func writeHeader(_ family: PrometheusFamily) {
        let hasTotal = family.kind == .counter && !isOpenMetrics
        let name = hasTotal ? family.name + PrometheusFamily.total : family.name
        writeHeader(name, kind: family.kind.rawValue, help: family.help)
        if isOpenMetrics, let unit = family.unit {
            write("# UNIT ", name, " ", unit, "\n")
        }
    }

    private mutating func writeHeader(_ name: String, kind: String, help: String) {
        if !help.isEmpty {
            write("# HELP ", name, " ")
            bytes.appendEscaped(help, quotes: isOpenMetrics)
            write("\n")
        }
        write("# TYPE ", name, " ", kind, "\n")
    }

    private mutating func write(_ part: PrometheusFamily.Part, of family: PrometheusFamily) {
        var taken = Set(part.labels.map(\.name))
        if family.kind == .histogram {
            taken.insert("le")
        }
        labelNames = PrometheusLabelNames(of: [:], taken: taken)
        // A workload has many, and each bucket of a histogram is a line with all of them.
        constantLabels = []
        for label in part.labels {
            constantLabels.appendLabel(label.name, CollectionOfOne(label.value))
        }
        switch part.data {
        case .gauge(let points), .sum(let points, _, isMonotonic: false):
            for point in points where !point.isEnd {
                setLabels(point.attributes, taken: taken)
                writeSample(family.name, "", point.value)
            }
        case .sum(let points, _, isMonotonic: true):
            for point in points where !point.isEnd {
                setLabels(point.attributes, taken: taken)
                writeSample(family.name, PrometheusFamily.total, point.value)
                writeCreated(family.name, point.start)
            }
        case .histogram(let points, _):
            for point in points where !point.isEnd {
                setLabels(point.attributes, taken: taken)
                write(ClassicHistogram(point), of: family.name)
            }
        case .exponentialHistogram(let points, _):
            for point in points where !point.isEnd {
                setLabels(point.attributes, taken: taken)
                write(ClassicHistogram(point), of: family.name)
            }
        }
    }

    private mutating func write(_ histogram: ClassicHistogram, of name: String) {
        bounds.set(histogram.bounds)
        var count: UInt64 = 0
        for (bound, bucket) in zip(bounds.texts, histogram.counts) {
            count &+= bucket
            writeBucket(name, bound, count)
        }
        writeBucket(name, "+Inf", histogram.count)
        writeSample(name, "_count", .int(Int64(clamping: histogram.count)))
        // Prometheus requires that a sum never decreases.
        if let sum = histogram.sum, sum >= 0 {
            writeSample(name, "_sum", .double(sum))
        }
        writeCreated(name, histogram.start)
    }

    private mutating func writeBucket(_ name: String, _ bound: String, _ count: UInt64) {
        write(name, "_bucket{")
        bytes += labels
        write(labels.isEmpty ? "le=\"" : ",le=\"", bound, "\"} ", "\(count)", "\n")
    }

    private mutating func writeSample(_ name: String, _ suffix: String, _ value: Number) {
        writeName(name, suffix)
        switch value {
        case .int(let value): write("\(value)", "\n")
        case .double(let value): write(prometheusText(value), "\n")
        }
    }

    /// Writes when counting began, which only OpenMetrics supports.
    private mutating func writeCreated(_ name: String, _ start: Timestamp) {
        guard hasCreated, start != .unknown else { return }
        writeName(name, "_created")
        let (seconds, nanoseconds) = start.unixNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let digits = "\(nanoseconds)"
        write("\(seconds)", ".", String(repeating: "0", count: 9 - digits.count), digits, "\n")
    }

    private mutating func writeName(_ name: String, _ suffix: String) {
        write(name, suffix)
        if !labels.isEmpty {
            write("{")
            bytes += labels
            write("}")
        }
        write(" ")
    }

    /// Formats the labels of a point once for all of its samples.
    private mutating func setLabels(_ attributes: Attributes, taken: Set<String>) {
        if !labelNames.fit(attributes) {
            labelNames = PrometheusLabelNames(of: attributes, taken: taken)
        }
        labels.removeAll(keepingCapacity: true)
        for (name, places) in labelNames.names {
            labels.appendLabel(name, places.lazy.map { attributes[$0].value.description })
        }
        if !labels.isEmpty, !constantLabels.isEmpty { labels.append(UInt8(ascii: ",")) }
        labels += constantLabels
    }

    private mutating func write(_ texts: String...) {
        for text in texts {
            bytes += text.utf8
        }
    }
}

/// The bounds of buckets as text, formatted once for all histograms with the same bounds.
private struct PrometheusBounds {
    private(set) var texts: [String] = []
    private var bounds: [Double] = []

    mutating func set(_ bounds: [Double]) {
        guard bounds != self.bounds else { return }
        self.bounds = bounds
        texts = bounds.map(Self.text)
    }

    /// Formats a bound in OpenMetrics' canonical form: like C's `%g`, with `.0` for integers.
    ///
    /// Prometheus converts bounds to that form since version 3, and keeps them as they are before. This way both have
    /// the same series.
    private static func text(_ bound: Double) -> String {
        let text = prometheusText(bound)
        guard bound >= 1e6, bound.isFinite, !text.contains("e"), let point = text.firstIndex(of: ".") else {
            return text
        }
        let exponent = text[..<point].count - 1
        var digits = text.filter { $0 != "." }[...]
        while digits.last == "0" { digits.removeLast() }
        let fraction = digits.dropFirst()
        return "\(digits.prefix(1))\(fraction.isEmpty ? "" : ".")\(fraction)e+\(exponent < 10 ? "0" : "")\(exponent)"
    }
}

/// Formats a number for both formats.
private func prometheusText(_ value: Double) -> String {
    switch value {
    case .infinity: "+Inf"
    case -.infinity: "-Inf"
    case _ where value.isNaN: "NaN"
    default: "\(value)"
    }
}

extension [UInt8] {
    /// Appends `name="value;value"`, after a comma unless it is the first.
    fileprivate mutating func appendLabel(_ name: String, _ values: some Sequence<String>) {
        if !isEmpty {
            append(UInt8(ascii: ","))
        }
        self += name.utf8
        self += "=\"".utf8
        var isFirst = true
        for value in values {
            if !isFirst { append(UInt8(ascii: ";")) }
            isFirst = false
            appendEscaped(value, quotes: true)
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends `text` with `\` before characters that would end it.
    fileprivate mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): self += "\\\\".utf8
            case UInt8(ascii: "\n"): self += "\\n".utf8
            case UInt8(ascii: "\"") where quotes: self += "\\\"".utf8
            default: append(byte)
            }
        }
    }
}
