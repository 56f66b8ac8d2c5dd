/// Bars for people: as long as a number is large, beside others.
package enum BarText {
    private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// A bar that is `width` characters long for a fraction of 1; anything that is not nothing can be seen.
    package static func bar(_ fraction: Double, width: Int, _ style: OutputStyle) -> String {
        guard fraction > 0, width > 0 else { return "" }
        let length = min(fraction, 1) * Double(width)
        guard style.isUnicode else { return String(repeating: "#", count: max(1, Int(length.rounded()))) }
        let eighths = max(1, Int((length * 8).rounded()))
        return String(repeating: "█", count: eighths / 8) + Self.eighths[eighths % 8]
    }

    /// A share in whole per cent, `<1%` for what would be none.
    package static func share(_ part: UInt64, of whole: UInt64) -> String {
        guard whole > 0, part > 0 else { return "0%" }
        let share = Double(part) / Double(whole) * 100
        return share < 1 ? "<1%" : "\(Int(min(share, 100).rounded()))%"
    }
}
