import Broker
package import CommandSupport
import Confinement
import Glibc
import Probes
package import Settings
import System

/// Gives up everything that serving does not need.
///
/// What it takes to load programs, the broker keeps. To be called while the process has one thread: Linux gives
/// privileges to threads, and later threads inherit what the first one has.
///
/// - Parameter settings: What the agent is to do, and which of this it is not to give up.
/// - Returns: What the agent is still able to do.
/// - Throws: ``Failure`` when the kernel refuses to take something.
package func confine(_ settings: RunSettings) throws(Failure) -> Abilities {
    let parts = settings.confinement
    let pins = try claimPins(settings)
    guard !parts.isEmpty else {
        var abilities = Abilities()
        (abilities.loader, abilities.pins) = (OwnLoader(pins: pins), pins)
        return abilities
    }
    do throws(SystemError) {
        return try confine(parts, settings, pins)
    } catch {
        let name = RunSetting.confinement.name.text(for: settings)
        throw Failure("\(error). To run with all privileges that it has, use none for \(name)")
    }
}

/// Takes the directory where programs and counters are pinned, if there is one.
private func claimPins(_ settings: RunSettings) throws(Failure) -> PinDirectory? {
    guard let path = settings.pin else { return nil }
    do throws(PinError) {
        return try PinDirectory.claim(path)
    } catch {
        throw Failure("\(RunSetting.pin.name.text(for: settings)): \(error)")
    }
}

private func confine(
    _ parts: Set<ConfinementPart>,
    _ settings: RunSettings,
    _ pins: PinDirectory?
) throws(SystemError) -> Abilities {
    for path in settings.changedPaths {
        // A rule needs something that exists. Whoever opens it complains if there is nothing.
        _ = unsafe mkdir(path, 0o700)
    }
    let permitted = CapabilitySet.permitted
    let plan = try ConfinementPlan(settings, permitted: permitted)
    var abilities = Abilities()
    let broker = try Broker.start(
        parts,
        keeping: parts.contains(.capabilities) ? plan.brokerCapabilities : permitted,
        pins: pins
    )
    (abilities.loader, abilities.pins) = (broker, pins)
    abilities.readsProcesses = broker.capabilities.contains(.sysPtrace)
    var given: [String] = []
    if parts.contains(.capabilities) {
        try plan.capabilities.keepOnly()
        given.append("capabilities")
        abilities.notes += plan.reasons.map { "keeps \($0)" }
    }
    if parts.contains(.noNewPrivileges) {
        try SystemCalls.forgoPrivileges()
        given.append("no_new_privs")
    }
    if parts.contains(.landlock) {
        let rules = FilePlan.rules(for: settings)
        if FileRules.version > 0 {
            try rules.apply()
            abilities.files = rules
            given.append("Landlock \(FileRules.version)")
        } else {
            abilities.notes.append("this kernel has no Landlock, so files are only protected by their permissions")
        }
    }
    if parts.contains(.seccomp) {
        if SystemCalls.canBeLimited {
            try SystemCalls.limitToServing()
            given.append("seccomp")
        } else {
            abilities.notes.append("this kernel has no seccomp, so system calls are not limited")
        }
    }
    abilities.notes.insert(
        "confined (\(given.joined(separator: ", "))); \(Broker.processName) keeps \(broker.capabilities.description)",
        at: 0
    )
    return abilities
}
