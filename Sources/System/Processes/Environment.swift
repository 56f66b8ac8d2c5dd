internal import Glibc

/// The environment of this process.
package enum Environment {
    /// The values of those variables in `names` that are set.
    package static func variables(_ names: [String]) -> [String: String] {
        var variables: [String: String] = [:]
        for name in names {
            variables[name] = unsafe getenv(name).map { unsafe String(cString: $0) }
        }
        return variables
    }

    /// Removes variables, so that no other program that this process starts has them.
    ///
    /// To be called at the start: the C library does not let other threads read the environment meanwhile.
    package static func remove(_ names: [String]) {
        for name in names {
            _ = unsafe unsetenv(name)
        }
    }
}
