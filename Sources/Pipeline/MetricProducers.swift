package import Metrics

/// The producers of metrics.
///
/// They are collected in order, those of the machine first.
package struct MetricProducers {
    /// The producers that observe the machine.
    package var machine: [any MetricProducer]
    /// The producers of the agent's metrics about itself, which belong to another resource.
    package var agent: [any MetricProducer]

    /// Creates a list.
    package init(machine: [any MetricProducer] = [], agent: [any MetricProducer] = []) {
        self.machine = machine
        self.agent = agent
    }
}

extension [MetricGroup] {
    /// One group for each subject, the reader's own first, which is always there.
    var gathered: [MetricGroup] {
        var gathered = [MetricGroup(metrics: [])]
        var places: [MetricGroup.Subject: Int] = [.own: 0]
        for group in self {
            if let place = places[group.subject] {
                gathered[place].metrics += group.metrics
            } else {
                places[group.subject] = gathered.count
                gathered.append(group)
            }
        }
        return gathered
    }
}
