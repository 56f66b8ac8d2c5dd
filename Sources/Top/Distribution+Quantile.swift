import Glibc
import Metrics

extension Distribution {
    /// The quantile of the durations, in seconds; nil if there are none.
    ///
    /// The error is less than the width of a bucket, which is 9 %.
    func quantile(_ quantile: Double) -> Double? {
        let total = count
        guard total > 0 else { return nil }
        let rank = max(1, (quantile * Double(total)).rounded(.up))
        var below = 0.0
        for (bucket, count) in counts.enumerated() where count > 0 {
            let upTo = below + Double(count)
            if rank <= upTo {
                guard bucket > 0 else { return Self.zeroThreshold }
                // Assumes that durations within a bucket are spread evenly on a logarithmic scale.
                let index = Double(bucket - 161) + (rank - below - 0.5) / Double(count)
                return exp2(index / 8)
            }
            below = upTo
        }
        return nil
    }
}
