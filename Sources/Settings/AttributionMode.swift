package import Probes

/// Whose sockets are distinguished.
package enum AttributionMode: String, CaseIterable, Equatable, Sendable {
    /// Nobody's: all count for the host.
    case off = "none"
    /// Those of each container and systemd unit.
    case workload
}

extension RunSettings {
    /// Whose sockets are distinguished, with the default of the scope.
    package var attributionMode: AttributionMode {
        attribution ?? (probes.scope == .node ? .workload : .off)
    }

    /// How sockets are divided, as far as settings say; nil if they are not.
    package var attributionOptions: AttributionOptions? {
        guard attributionMode == .workload else { return nil }
        return AttributionOptions(limit: workloadLimit, asksApplications: applicationResource ?? true)
    }

    /// What is wrong with the settings of attribution together.
    var attributionProblem: String? {
        guard applicationResource == true, attributionMode == .off else { return nil }
        let (asking, dividing) = (RunSetting.applicationResource.name, RunSetting.attribution.name)
        return "applications are to be asked which service they are (\(asking.text(for: self))), but sockets are not "
            + "divided by application: set \(dividing.text(for: self)) to workload, too"
    }
}
