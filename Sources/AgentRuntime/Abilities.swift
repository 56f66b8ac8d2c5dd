import Broker
import CommandSupport
import Confinement
import Probes
import Settings

/// What the agent is still able to do after confinement.
package struct Abilities: Sendable {
    /// Loads programs.
    var loader: any AgentLoader = OwnLoader()
    /// Whether programs can be loaded.
    var loadsPrograms = true
    /// Whether the processes of others can be read.
    var readsProcesses = true
    /// Where programs are pinned, which is locked as long as this; nil for nowhere.
    var pins: PinDirectory?
    /// The files that can be opened; nil for all that the user may open.
    var files: FileRules?
    /// What was given up, and what was kept, for the log.
    var notes: [String] = []

    /// Creates abilities that nothing was taken from.
    package init() {}

    /// Checks that a change from `old` to `new` settings needs nothing that was given up.
    ///
    /// - Throws: ``Failure`` that says which change needs a restart.
    func expect(from old: RunSettings, to new: RunSettings, loadsPrograms: Bool) throws(Failure) {
        if loadsPrograms, !self.loadsPrograms {
            throw Failure(
                "what is observed has changed, which needs a restart: the right to load programs was given up"
            )
        }
        guard new.pin == old.pin else {
            throw Failure("\(RunSetting.pin.name.text(for: new)) has changed, which needs a restart")
        }
        guard new.confinement == old.confinement else {
            let name = RunSetting.confinement.name.text(for: new)
            throw Failure("\(name) has changed, which needs a restart: what was given up can't be taken back")
        }
        let (asked, asks) = (old.attributionOptions?.asksApplications, new.attributionOptions?.asksApplications)
        if asks == true, asked != true, !readsProcesses {
            throw Failure(
                "applications are to be asked which service they are, which needs a restart: the right to read other "
                    + "processes (CAP_SYS_PTRACE) was given up"
            )
        }
        guard let files else { return }
        let path =
            new.readPaths.first { !$0.isCovered(by: files.readable) }
            ?? new.changedPaths.first { !$0.isCovered(by: files.changeable) }
        if let path {
            throw Failure("\(path) can't be opened without a restart: it is outside of what the agent kept access to")
        }
    }
}

extension String {
    /// Whether one of `rules` is this path, or a directory above it.
    fileprivate func isCovered(by rules: Set<String>) -> Bool {
        var parent = self[...]
        while !parent.isEmpty {
            if rules.contains(String(parent)) { return true }
            parent = parent[..<(parent.lastIndex(of: "/") ?? parent.startIndex)]
        }
        return rules.contains("/")
    }
}
