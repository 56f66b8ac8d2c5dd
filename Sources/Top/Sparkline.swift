import Rendering

/// A small chart in a line of text.
///
/// Each character is a level, with the newest value on the right.
struct Sparkline {
    /// The value of the lowest level.
    enum Base {
        /// Zero, for rates. Values above zero are always visible.
        case zero
        /// The smallest value, for stocks: one that hardly changes is a low line, whatever its size.
        case smallest
    }

    private static let blocks = Array("▁▂▃▄▅▆▇█")
    private static let letters = Array(".:-=+*%#")

    /// The widths by which the number of samples is divisible.
    private static let widths = (1...120).filter { 120 % $0 == 0 }

    /// The greatest width, up to `room`, at which each character has the same number of samples.
    static func width(in room: Int) -> Int {
        widths.last { $0 <= room } ?? 0
    }

    /// The samples, the newest last.
    var values: [Double]
    /// The number of samples so far.
    ///
    /// It keeps samples grouped with the same neighbours as time passes.
    var sampleCount: Int
    /// The value of the lowest level.
    var base = Base.zero

    /// The chart: `width` characters, each of which shows the maximum of its samples.
    func text(width: Int, isUnicode: Bool) -> String {
        guard width > 0 else { return "" }
        let levels = isUnicode ? Self.blocks : Self.letters
        let peaks = peaks(width)
        let low = base == .zero ? 0 : peaks.min() ?? 0
        let high = peaks.max() ?? 0
        // Limits the scale, so that small changes of a large number stay small.
        let span = max(high - low, base == .smallest ? high / 4 : 0)
        let chart = peaks.map { peak in
            guard span > 0, peak > low else { return levels[0] }
            let level = ((peak - low) / span * Double(levels.count - 1)).rounded(.up)
            return levels[min(max(Int(level), 1), levels.count - 1)]
        }
        return String(chart).padded(to: width, left: true)
    }

    private func peaks(_ width: Int) -> [Double] {
        let share = max(1, 120 / width)
        // The newest character collects its samples before the chart moves on.
        var end = values.count
        var size = (max(sampleCount, 1) - 1) % share + 1
        var peaks: [Double] = []
        while end > 0, peaks.count < width {
            let start = max(0, end - size)
            peaks.append(values[start..<end].max() ?? 0)
            (end, size) = (start, share)
        }
        return peaks.reversed()
    }
}
