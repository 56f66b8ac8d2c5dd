/// The version of a kernel, with as many numbers as matter for BPF.
struct KernelVersion: Comparable, Sendable, CustomStringConvertible {
    /// The first number.
    var major: Int
    /// The second number.
    var minor: Int

    /// The oldest supported kernel.
    static let oldest = KernelVersion(major: 5, minor: 10)
    /// The first kernel that charges the memory of programs to cgroups instead of `RLIMIT_MEMLOCK`.
    static let withoutMemoryLimit = KernelVersion(major: 5, minor: 11)

    /// Creates a version.
    init(major: Int, minor: Int) {
        (self.major, self.minor) = (major, minor)
    }

    /// Reads a release, such as `6.1.0-44-amd64`; nil if it does not begin with two numbers.
    init?(release: String) {
        let numbers = release.split(separator: ".").prefix(2).map { Int($0.prefix { $0.isASCII && $0.isNumber }) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major: major, minor: minor)
    }

    /// Whether it is older.
    static func < (first: KernelVersion, second: KernelVersion) -> Bool {
        (first.major, first.minor) < (second.major, second.minor)
    }

    /// Both numbers.
    var description: String { "\(major).\(minor)" }
}
