internal import Glibc
package import Metrics

extension ExponentialHistogramDataPoint {
    /// The upper bound of the bucket before `index` at `scale` (OpenTelemetry specification, `metrics/data-model.md`).
    package static func bound(_ index: Double, scale: Int32) -> Double {
        exp2(index * exp2(-Double(scale)))
    }
}
