internal import System

/// Refuses files of settings to which other users can write, unless that is allowed.
///
/// Whoever can change the settings decides what the program does, as root perhaps, and whoever can change a key or a
/// certificate decides who reads what is sent.
package struct FileGuard: Sendable {
    /// The variable that allows such files.
    package static let variable = "TCPLENS_ALLOW_WRITABLE_FILES"

    private let isOpen: Bool
    /// The user who became root by `sudo`.
    private let user: UInt32?

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - environment: Its variables.
    ///   - allowsAll: Whether an option allows such files.
    package init(_ environment: [String: String], allowsAll: Bool = false) {
        var reader = EnvironmentReader(environment)
        isOpen = allowsAll || reader.bool(Self.variable) == true
        user = reader.setting("SUDO_UID").flatMap { UInt32($0.value) }
    }

    /// Why the file at `path` must not be used, with what to do about it; nil if it may be.
    package func problem(with path: String) -> String? {
        guard !isOpen, let others = OtherWriters(of: path, trusting: user) else { return nil }
        return "\(others.names) can change it, and with it what tcplens does; run "
            + "'\(others.remedy.printable())', or allow it with \(Self.variable)=true"
    }
}
