import CommandSupport
import Settings

/// The second of the agent's three phases: drops the privileges that only the first phase needed.
///
/// Nothing is dropped yet. All of it belongs here, in this order: the capabilities (all of them from Linux 5.19 on,
/// where reading maps needs none), `no_new_privs`, Landlock rules for the files that are still opened while the agent
/// serves (the configuration, certificates and keys, the spool, `/proc`), and a seccomp filter with one list of system
/// calls.
///
/// - Returns: What the agent is still able to do while it serves.
package func confine() -> Abilities {
    Abilities()
}

/// What the agent is still able to do after confinement.
package struct Abilities: Sendable {
    /// Whether it can load programs into the kernel.
    var loadsPrograms = true

    /// Checks that a change from `old` to `new` settings needs no dropped privileges.
    ///
    /// - Throws: ``Failure`` that says which change needs a restart.
    func expect(from old: RunSettings, to new: RunSettings, loadsPrograms: Bool) throws(Failure) {
        guard loadsPrograms, !self.loadsPrograms else { return }
        throw Failure("what is observed has changed, which needs a restart: the rights to load programs were dropped")
    }
}
