internal import AgentRuntime
internal import CommandSupport
internal import Settings

/// The checks of the addresses that `run` would listen on.
///
/// Each check listens there.
struct ListenerChecks: Sendable {
    /// The settings with the listeners, and where they are set.
    var settings: RunSettings

    /// Listens on all of them at the same time, because two may conflict, and then closes them.
    func checks() async -> [Check] {
        var checks: [Check] = []
        var listeners: [BoundListener] = []
        for plan in settings.listenerPlans {
            do throws(Failure) {
                listeners.append(try await plan.listen(hint: hint(plan)))
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

    private func hint(_ plan: ListenerPlan) -> String {
        plan.setting.text(for: settings)
    }

    private func refused(_ plan: ListenerPlan, _ error: Failure) async -> Check {
        let port = plan.address.port
        guard let owner = await runBlocking({ PortOwner(ofPort: port) }) else {
            let command = "sudo ss -Hltnp 'sport = :\(port)'"
            return .failed(plan.name, error.message, Check.Remedy("Choose another address (\(hint(plan)))", command))
        }
        return .failed(
            plan.name,
            "\(error.message); it is \(owner.name), process \(owner.identifier)",
            owner.name == "tcplens"
                ? Check.Remedy(
                    "It may be an agent that runs already: stop it, or choose another address (\(hint(plan)))",
                    "sudo kill \(owner.identifier)"
                )
                : Check.Remedy("Choose another address (\(hint(plan))), or stop it", "ps -fp \(owner.identifier)")
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
}
