/// What the agent gives up after it has started; the raw value is its name in settings.
package enum ConfinementPart: String, CaseIterable, Codable, Hashable, Sendable {
    /// All capabilities that serving does not need.
    case capabilities
    /// To get privileges from programs that it executes (`no_new_privs`).
    case noNewPrivileges = "no-new-privileges"
    /// To open files that it has no use for.
    case landlock
    /// To make system calls that it has no use for.
    case seccomp
}
