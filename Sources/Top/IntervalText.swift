/// Rounded durations: `500ms`, `1s`, `90s`, `20m`.
enum IntervalText {
    /// The text of `duration`, rounded to the unit.
    static func text(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        switch seconds {
        case ..<0.95: return "\(Int((seconds * 1_000).rounded()))ms"
        case ..<9.5 where abs(seconds - seconds.rounded()) > 0.05: return "\((seconds * 10).rounded() / 10)s"
        case ..<119.5: return "\(Int(seconds.rounded()))s"
        case ..<7_170: return "\(Int((seconds / 60).rounded()))m"
        default: return "\(Int((min(seconds, 1e12) / 3_600).rounded()))h"
        }
    }
}
