import Glibc
import Metrics

extension Distribution {
    /// The duration, in seconds, that the share `quantile` of all do not exceed; nil when there are none.
    ///
    /// It is off by less than the width of a bucket, which is 9 %.
    func quantile(_ quantile: Double) -> Double? {
        let total = count
        guard total > 0 else { return nil }
        let rank = max(1, (quantile * Double(total)).rounded(.up))
        var below = 0.0
        for (bucket, count) in counts.enumerated() where count > 0 {
            let upTo = below + Double(count)
            if rank <= upTo {
                guard bucket > 0 else { return Self.zeroThreshold }
                // Within a bucket durations are taken to be spread evenly on a scale of powers.
                let index = Double(bucket - 161) + (rank - below - 0.5) / Double(count)
                return exp2(index / 8)
            }
            below = upTo
        }
        return nil
    }
}
