internal import CPlatform
internal import Glibc
package import System

/// The files that a process can open from now on (Landlock).
///
/// A rule holds for what is at a path now. So a file that is replaced, and not written, needs one for its directory.
package struct FileRules: Equatable, Sendable {
    /// The files that can be read, and the directories with all that is in them.
    package var readable: Set<String>
    /// The directories and files that can be changed, too.
    package var changeable: Set<String>
    /// The directories that can only be listed, with those in them.
    package var listable: Set<String>

    /// Creates rules.
    package init(readable: Set<String> = [], changeable: Set<String> = [], listable: Set<String> = []) {
        (self.readable, self.changeable, self.listable) = (readable, changeable, listable)
    }

    /// The version of Landlock that the kernel has; 0 if none.
    package static var version: Int { Int(CPlatform_landlockVersion()) }

    /// Lets the calling thread, and all that it creates, open only these files.
    ///
    /// Paths that don't exist are left out.
    ///
    /// - Throws: ``SystemError`` when the kernel refuses.
    package func apply() throws(SystemError) {
        let version = CPlatform_landlockVersion()
        let rules = CPlatform_createRules(version)
        guard rules >= 0 else { throw SystemError(operation: "make Landlock rules", code: errno) }
        defer { close(rules) }
        let kinds = [(readable, CPLATFORM_READ), (changeable, CPLATFORM_CHANGE), (listable, CPLATFORM_LIST)]
        for (paths, access) in kinds {
            for path in paths {
                let code = unsafe CPlatform_allow(rules, version, path, access)
                // Nobody but a more privileged process can open it, or there is nothing.
                guard [0, ENOENT, ENOTDIR, EACCES, ELOOP].contains(code) else {
                    throw SystemError(operation: "allow \(path) by Landlock", code: code)
                }
            }
        }
        let code = CPlatform_restrict(rules)
        guard code == 0 else { throw SystemError(operation: "restrict files by Landlock", code: code) }
    }
}
