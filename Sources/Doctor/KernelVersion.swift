/// The version of a kernel, as far as it decides what programs can do.
struct KernelVersion: Comparable, Sendable, CustomStringConvertible {
    /// The first number.
    var major: Int
    /// The second number.
    var minor: Int

    /// The oldest kernel that tcplens is made for.
    static let oldest = KernelVersion(major: 5, minor: 10)
    /// The first one that counts the memory of programs by control groups, not by `RLIMIT_MEMLOCK`.
    static let withoutMemoryLimit = KernelVersion(major: 5, minor: 11)

    /// Creates a version.
    init(major: Int, minor: Int) {
        (self.major, self.minor) = (major, minor)
    }

    /// Reads a release, as `6.1.0-44-amd64`; nil when it does not begin like one.
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
