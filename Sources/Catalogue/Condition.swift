/// What a metric requires to have points.
package enum Condition: Hashable, Sendable, CustomStringConvertible {
    /// Nothing: it always has points.
    case always
    /// Connections can be followed through their lives, which requires atomic instructions in programs.
    case following
    /// The kernel has these tracepoints.
    case tracepoints([String])
    /// An option of `tcplens run` is given, and connections can be followed.
    case option(String)
    /// These files below `/proc` can be read.
    case files([String])
    /// The agent is in the first network namespace, and these files below `/proc` can be read.
    case firstNamespace([String])
    /// The kernel measures programs, or has done so since they were loaded (`kernel.bpf_stats_enabled`).
    case programStatistics
    /// There has been an export or a collection before.
    case pastExports

    /// The condition in words that can follow "needs"; empty for none.
    package var description: String {
        switch self {
        case .always: ""
        case .following: "kernels from 5.12 on"
        case .tracepoints(let names): "the tracepoint \(names.joined(separator: " and "))"
        case .option(let name): "\(name), kernels from 5.12 on"
        case .files(let paths): "to read \(Self.list(paths))"
        case .firstNamespace(let paths): "the host's network namespace, and to read \(Self.list(paths))"
        case .programStatistics: "kernel.bpf_stats_enabled = 1"
        case .pastExports: "a collection before"
        }
    }

    /// The paths of files below `/proc`.
    private static func list(_ paths: [String]) -> String {
        paths.map { "/proc/\($0)" }.joined(separator: " and ")
    }
}
