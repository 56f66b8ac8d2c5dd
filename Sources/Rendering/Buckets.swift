internal import Metrics
internal import System

/// The buckets of a histogram from the first to the last non-empty one, for display.
struct Buckets: Equatable {
    private var counts: [UInt64] = []
    private var lower = -Double.infinity
    private var upper = Double.infinity

    /// Buckets between `explicitBounds`; none if the numbers of counts and bounds do not match.
    init(counts: [UInt64], explicitBounds: [Double]) {
        guard counts.count == explicitBounds.count + 1, let range = Self.filled(counts) else { return }
        self.counts = Array(counts[range])
        // If all bounds are above zero, all measurements are taken to be, as in Prometheus.
        let least = (explicitBounds.first ?? 0) > 0 ? 0 : -Double.infinity
        lower = range.lowerBound == 0 ? least : explicitBounds[range.lowerBound - 1]
        upper = range.upperBound == explicitBounds.count ? .infinity : explicitBounds[range.upperBound]
    }

    /// Buckets between powers of 2^(2^-scale).
    init(_ buckets: ExponentialHistogramDataPoint.Buckets, scale: Int32) {
        guard let range = Self.filled(buckets.counts) else { return }
        counts = Array(buckets.counts[range])
        lower = ExponentialHistogramDataPoint.bound(Double(buckets.offset) + Double(range.lowerBound), scale: scale)
        upper = ExponentialHistogramDataPoint.bound(Double(buckets.offset) + Double(range.upperBound) + 1, scale: scale)
    }

    /// The bounds, and a bar for each bucket, such as `(0.005, 0.1] ▁█▃`; nil without measurements.
    var chart: String? {
        guard let largest = counts.max(), largest > 0 else { return nil }
        let bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        let chart = counts.map { count in
            // An empty bucket must differ from a nearly empty one.
            count == 0 ? " " : bars[min(7, Int(Double(count) / Double(largest) * 7.5))]
        }
        return "(\(Self.text(lower)), \(Self.text(upper))\(upper == .infinity ? ")" : "]") " + chart.joined()
    }

    private static func filled(_ counts: [UInt64]) -> ClosedRange<Int>? {
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
            return nil
        }
        return first...last
    }

    /// Three significant digits.
    private static func text(_ bound: Double) -> String {
        switch bound {
        case .infinity: return "∞"
        case -.infinity: return "-∞"
        case _ where bound == 0 || !bound.isFinite: return "\(bound)"
        default: break
        }
        var factor = 1.0
        while abs(bound) * factor < 100, factor < 1e300 {
            factor *= 10
        }
        return "\((bound * factor).rounded() / factor)"
    }
}
