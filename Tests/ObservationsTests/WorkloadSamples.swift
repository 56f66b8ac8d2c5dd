import Metrics
import Readings
import Testing

@testable import Observations

extension WorkloadSeries {
    /// The metrics of the host in `activity`.
    mutating func metrics(ofHost activity: Activity, at time: Timestamp) -> [Metric] {
        WorkloadActivity.parts(of: activity).first.map { metrics(of: $0, at: time) } ?? []
    }
}

extension [MetricGroup] {
    /// The metrics of one subject.
    func metrics(_ subject: MetricGroup.Subject) -> [Metric] {
        first { $0.subject == subject }?.metrics ?? []
    }

    /// Each value of a metric of one subject by its attributes, as text.
    func values(_ name: String, _ subject: MetricGroup.Subject) -> [String: Number] {
        var values: [String: Number] = [:]
        for point in metrics(subject).filter({ $0.name == name }).flatMap(\.data.numbers) {
            values[point.attributes.map { "\($0.value)" }.joined(separator: " ")] = point.value
        }
        return values
    }
}

extension Metric.Data {
    /// The points, if they are numbers.
    var numbers: [NumberDataPoint] {
        switch self {
        case .gauge(let points), .sum(let points, _, _): points
        case .histogram, .exponentialHistogram: []
        }
    }

    /// The points, if they are distributions.
    var distributions: [ExponentialHistogramDataPoint] {
        guard case .exponentialHistogram(let points, _) = self else { return [] }
        return points
    }
}
