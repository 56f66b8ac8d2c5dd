/// A server that the settings ask for; equal plans make equal servers.
package enum ListenerPlan: Hashable, Sendable {
    /// Serves metrics to Prometheus, with or without series that say when counting began.
    case prometheus(ListenAddress, hasCreated: Bool)
    /// Answers whether the agent is live and ready.
    case health(ListenAddress)
}

extension RunSettings {
    /// The servers, in order.
    package var listenerPlans: [ListenerPlan] {
        let isScraped = !isDisabled && exporters.contains(.prometheus)
        return (isScraped ? [.prometheus(prometheus, hasCreated: prometheusCreated)] : [])
            + (health.map { [.health($0)] } ?? [])
    }
}

extension ListenerPlan {
    /// Where it listens.
    package var address: ListenAddress {
        switch self {
        case .prometheus(let address, _), .health(let address): address
        }
    }
}
