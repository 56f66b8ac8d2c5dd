internal import CPlatform
internal import Glibc
package import System

/// What a process may ask of the kernel (seccomp and `no_new_privs`).
package enum SystemCalls {
    /// Allows the calling thread, and all that it creates, only what serving takes: no new programs or maps in the
    /// kernel, no execution of programs, no tracing, no other namespaces, no sockets but those of IPv4, IPv6 and this
    /// machine.
    ///
    /// - Throws: ``SystemError`` when the kernel refuses.
    package static func limitToServing() throws(SystemError) {
        try limit(CPLATFORM_SERVING)
    }

    /// Allows only what loading programs and reading processes takes: no network, no changes of files, no execution.
    ///
    /// - Throws: ``SystemError`` when the kernel refuses.
    package static func limitToLoading() throws(SystemError) {
        try limit(CPLATFORM_LOADING)
    }

    private static func limit(_ kind: CPlatform_system_calls) throws(SystemError) {
        let code = CPlatform_limitSystemCalls(kind)
        guard code == 0 else { throw SystemError(operation: "limit system calls by seccomp", code: code) }
    }

    /// Keeps programs that this process executes from getting more privileges.
    ///
    /// - Throws: ``SystemError`` when the kernel refuses.
    package static func forgoPrivileges() throws(SystemError) {
        let code = CPlatform_setNoNewPrivileges()
        guard code == 0 else { throw SystemError(operation: "set no_new_privs", code: code) }
    }

    /// Whether the kernel has seccomp filters.
    package static var canBeLimited: Bool { CPlatform_systemCallMode() >= 0 }
}
