internal import CProbes
internal import Metrics

extension Distribution {
    /// Reads a `struct histogram` of the kernel: groups of buckets, each with its sum in nanoseconds.
    init(kernel row: [UInt64]) {
        let length = Int(HISTOGRAM_GROUP_BUCKETS)
        var (counts, sum): ([UInt64], UInt64) = ([], 0)
        counts.reserveCapacity(Self.bucketCount)
        for (place, value) in row.enumerated() {
            if place % (length + 1) == length {
                sum &+= value
            } else {
                counts.append(value)
            }
        }
        self.init(counts: counts, sum: sum)
    }
}
