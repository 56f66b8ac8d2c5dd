internal import Glibc

/// The version of a kernel, with as many numbers as matter for BPF.
package struct KernelVersion: Comparable, Sendable, CustomStringConvertible {
    /// The first number.
    package var major: Int
    /// The second number.
    package var minor: Int

    /// The oldest supported kernel.
    package static let oldest = KernelVersion(major: 5, minor: 10)
    /// The first kernel that charges the memory of programs to cgroups instead of `RLIMIT_MEMLOCK`.
    package static let withoutMemoryLimit = KernelVersion(major: 5, minor: 11)

    /// That of the running kernel; nil if it can't be read.
    package static var running: KernelVersion? {
        var system = utsname()
        guard unsafe uname(&system) == 0 else { return nil }
        return unsafe withUnsafeBytes(of: &system.release) {
            unsafe KernelVersion(release: String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self))
        }
    }

    /// Creates a version.
    package init(major: Int, minor: Int) {
        (self.major, self.minor) = (major, minor)
    }

    /// Reads a release, such as `6.1.0-44-amd64`; nil if it does not begin with two numbers.
    package init?(release: String) {
        let numbers = release.split(separator: ".").prefix(2).map { Int($0.prefix { $0.isASCII && $0.isNumber }) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major: major, minor: minor)
    }

    /// Whether it is older.
    package static func < (first: KernelVersion, second: KernelVersion) -> Bool {
        (first.major, first.minor) < (second.major, second.minor)
    }

    /// Both numbers.
    package var description: String { "\(major).\(minor)" }
}
