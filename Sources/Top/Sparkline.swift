import Rendering

/// A small chart in a line of text: the newest value at the right, a level for each character.
struct Sparkline {
    /// Where the lowest level is.
    enum Base {
        /// At zero, as of rates; what is above zero is always seen.
        case zero
        /// At the smallest value: what hardly changes is a low line, whatever its size.
        case smallest
    }

    private static let blocks = Array("▁▂▃▄▅▆▇█")
    private static let letters = Array(".:-=+*%#")

    /// The widths that the samples can be divided into.
    private static let widths = (1...120).filter { 120 % $0 == 0 }

    /// The greatest width, up to `room`, in which each character has as many samples as the others.
    static func width(in room: Int) -> Int {
        widths.last { $0 <= room } ?? 0
    }

    /// The samples, the newest last.
    var values: [Double]
    /// How many samples there have been, so that a sample stays with its neighbours as time goes on.
    var sampleCount: Int
    /// Where the lowest level is.
    var base = Base.zero

    /// The chart, `width` characters of which each has the greatest of its samples.
    func text(width: Int, isUnicode: Bool) -> String {
        guard width > 0 else { return "" }
        let levels = isUnicode ? Self.blocks : Self.letters
        let peaks = peaks(width)
        let low = base == .zero ? 0 : peaks.min() ?? 0
        let high = peaks.max() ?? 0
        // A ripple on a large number is not made a mountain.
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
        // The newest character fills up before the chart moves.
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
