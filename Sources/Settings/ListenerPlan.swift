/// A server of the agent as the settings want it; equal plans make equal servers.
package enum ListenerPlan: Hashable, Sendable {
    /// Gives metrics to Prometheus, with series for when counting began or without.
    case prometheus(ListenAddress, hasCreated: Bool)
    /// Tells whether the agent is live and ready.
    case health(ListenAddress)
}

extension RunSettings {
    /// The servers to have.
    package var listenerPlans: [ListenerPlan] {
        let isScraped = !isDisabled && exporters.contains(.prometheus)
        return (isScraped ? [.prometheus(prometheus, hasCreated: prometheusCreated)] : [])
            + (health.map { [.health($0)] } ?? [])
    }
}

extension ListenerPlan {
    /// Where it is to listen.
    package var address: ListenAddress {
        switch self {
        case .prometheus(let address, _), .health(let address): address
        }
    }
}
