/// Horizontal bars, scaled to the largest value.
package enum BarText {
    private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// A bar with `width` characters for a fraction of 1; everything above 0 is visible.
    package static func bar(_ fraction: Double, width: Int, _ style: OutputStyle) -> String {
        guard fraction > 0, width > 0 else { return "" }
        let length = min(fraction, 1) * Double(width)
        guard style.isUnicode else { return String(repeating: "#", count: max(1, Int(length.rounded()))) }
        let eighths = max(1, Int((length * 8).rounded()))
        return String(repeating: "█", count: eighths / 8) + Self.eighths[eighths % 8]
    }

    /// A share in whole percent; `<1%` if it would be rounded to 0.
    package static func share(_ part: UInt64, of whole: UInt64) -> String {
        guard whole > 0, part > 0 else { return "0%" }
        let share = Double(part) / Double(whole) * 100
        return share < 1 ? "<1%" : "\(Int(min(share, 100).rounded()))%"
    }
}
