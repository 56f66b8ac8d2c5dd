internal import AgentRuntime
internal import CommandSupport
internal import Settings

/// The checks of the addresses that `run` would listen on, by listening there.
struct ListenerChecks: Sendable {
    /// What is to listen.
    var plans: [ListenerPlan]

    /// Listens on all of them at once, as two may want the same, and lets them go again.
    func checks() async -> [Check] {
        var checks: [Check] = []
        var listeners: [BoundListener] = []
        for plan in plans {
            do throws(Failure) {
                listeners.append(try await plan.listen())
                checks.append(.ok(plan.name, "\(plan.address) is free"))
            } catch {
                checks.append(await refused(plan, error))
            }
        }
        for listener in listeners {
            await listener.close()
        }
        return checks
    }

    private func refused(_ plan: ListenerPlan, _ error: Failure) async -> Check {
        let port = plan.address.port
        guard let owner = await onThreadOfItsOwn({ PortOwner(ofPort: port) }) else {
            let command = "sudo ss -Hltnp 'sport = :\(port)'"
            return .failed(plan.name, error.message, Check.Remedy("Choose another address (\(plan.setting))", command))
        }
        return .failed(
            plan.name,
            "\(error.message); it is \(owner.name), process \(owner.identifier)",
            owner.name == "tcplens"
                ? Check.Remedy(
                    "It may be an agent that runs already: stop it, or choose another address (\(plan.setting))",
                    "sudo kill \(owner.identifier)"
                )
                : Check.Remedy("Choose another address (\(plan.setting)), or stop it", "ps -fp \(owner.identifier)")
        )
    }
}

extension ListenerPlan {
    fileprivate var name: String {
        switch self {
        case .prometheus: "address for Prometheus"
        case .health: "address for health"
        }
    }

    fileprivate var setting: String {
        switch self {
        case .prometheus: "OTEL_EXPORTER_PROMETHEUS_HOST, OTEL_EXPORTER_PROMETHEUS_PORT"
        case .health: "--health"
        }
    }
}
