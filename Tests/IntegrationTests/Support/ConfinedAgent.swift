import Foundation
import Testing

/// An agent that runs with as little as it needs, and what the kernel says of it.
final class ConfinedAgent {
    /// The agent.
    let process: RunningProcess

    /// The user without rights that the agent runs as.
    static let user: uid_t = 65534

    /// Starts `tcplens run`.
    ///
    /// - Parameters:
    ///   - options: The options of `run`.
    ///   - capabilities: The names in lower case of those that it has, as a user without other rights; nil to run as
    ///     root with all.
    ///   - namespace: The network namespace.
    ///   - environment: The variables.
    /// - Throws: An error of Foundation if it can't be started.
    init(
        _ options: [String],
        holding capabilities: [String]?,
        in namespace: Traffic? = nil,
        environment: [String: String] = [:]
    ) throws {
        let limits = capabilities.map { names in
            let list = (["-all"] + names.map { "+\($0)" }).joined(separator: ",")
            return [
                "setpriv", "--reuid=\(Self.user)", "--regid=\(Self.user)", "--clear-groups", "--inh-caps=\(list)",
                "--ambient-caps=\(list)", "--bounding-set=\(list)",
            ]
        }
        process = try RunningProcess(
            (limits ?? []) + [Executable.tcplens, "run"] + options,
            in: namespace,
            environment: environment
        )
    }

    /// The agent's id, which is that of the command: each program on the way replaces the one before.
    var identifier: Int32 { process.processIdentifier }

    /// The id of the broker, which is the agent's only child.
    var broker: Int32? { get throws { try Self.children(of: identifier).first } }

    /// The values of a field of `/proc/PID/status`, of all threads of a process.
    static func field(_ name: String, of process: Int32) throws -> Set<String> {
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
        return Set(
            threads.compactMap { thread in
                let status = try? String(contentsOfFile: "/proc/\(process)/task/\(thread)/status", encoding: .utf8)
                let line = status?.split(separator: "\n").first { $0.hasPrefix("\(name):") }
                return line.map { String($0.dropFirst(name.count + 1)).trimmingCharacters(in: .whitespaces) }
            }
        )
    }

    /// The children of a process.
    static func children(of process: Int32) throws -> [Int32] {
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
        return threads.flatMap { thread in
            let text = try? String(contentsOfFile: "/proc/\(process)/task/\(thread)/children", encoding: .utf8)
            return (text ?? "").split(separator: " ").compactMap { Int32($0) }
        }
    }

    /// The error number of each call that `calling` makes the agent try; 0 for those that worked.
    func answers(of process: Int32? = nil) throws -> [String: Int32] {
        // A thread that is not in a system call at that moment can't be used.
        try eventually("a thread that can be stopped") {
            let result = try run([Executable.calling, "\(process ?? identifier)"])
            guard result.status == 0 else { return nil }
            let pairs = result.output.split(separator: "\n").map { $0.split(separator: " ") }
            return Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), Int32($0[1]) ?? -1) })
        }
    }
}
