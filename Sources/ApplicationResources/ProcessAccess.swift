internal import FoundationEssentials
internal import Glibc
internal import System

/// Whether this process may read what others say of themselves.
///
/// The kernel is asked by trying it. Files only explain a refusal.
package struct ProcessAccess: Equatable, Sendable {
    /// How many processes were tried.
    package var tried = 0
    /// Of how many of them the environment and the mappings can be read (PTRACE_MODE_READ of `ptrace(2)`).
    package var readable = 0
    /// Of how many of them the memory can be read (PTRACE_MODE_ATTACH), which a process context needs.
    package var traceable = 0
    /// Why not of all; empty if there is nothing to say.
    package var reasons: [String] = []

    /// Creates a result.
    package init(tried: Int = 0, readable: Int = 0, traceable: Int = 0, reasons: [String] = []) {
        (self.tried, self.readable, self.traceable, self.reasons) = (tried, readable, traceable, reasons)
    }

    /// How many processes are tried.
    private static let maximumCount = 256

    /// Whether nothing is missing.
    package var isComplete: Bool { readable == tried && traceable == tried && reasons.isEmpty }

    /// One line for people, without the reasons.
    package var summary: String {
        readable == traceable
            ? "\(readable) of \(tried) processes can be asked which service they are"
            : "of \(tried) processes, the environment of \(readable) and the memory of \(traceable) can be read"
    }

    /// Tries it on the processes that are there now.
    package static func examine() -> ProcessAccess {
        var access = ProcessAccess()
        let names = (try? FileDescriptor(directory: "/proc").names()) ?? []
        let processes = names.compactMap { Int32($0) }.filter { $0 != getpid() }.sorted()
        for process in processes {
            guard access.tried < maximumCount else { break }
            access.examine(process)
        }
        if access.readable < access.tried || access.traceable < access.tried {
            access.reasons = reasons()
        }
        access.reasons += hidden()
        return access
    }

    private mutating func examine(_ process: Int32) {
        let isTraceable: Bool
        do throws(FileDescriptor.SystemCallError) {
            // Nothing can be mapped there for sure, but the kernel checks the right first.
            _ = try ProcessMemory.read(1, at: 0, of: process)
            isTraceable = true
        } catch {
            // A thread of the kernel has no memory and counts as gone.
            guard !error.isGone else { return }
            isTraceable = !error.isDenied
        }
        tried += 1
        traceable += isTraceable ? 1 : 0
        // The environment is memory of the process as well.
        let isReadable = isTraceable || (try? FileDescriptor(file: "/proc/\(process)/environ")) != nil
        readable += isReadable ? 1 : 0
    }
}

extension ProcessAccess {
    /// Why processes can't be read, as far as files say.
    private static func reasons() -> [String] {
        var reasons: [String] = []
        // Capabilities are those of a thread.
        let status = text("/proc/thread-self/status")
        let capabilities = value(of: "CapEff", in: status).flatMap { UInt64($0, radix: 16) } ?? 0
        // CAP_SYS_PTRACE is number 19 (`linux/capability.h`).
        if capabilities & 1 << 19 == 0 {
            reasons.append("CAP_SYS_PTRACE is missing, so only processes of the same user can be read")
        }
        let map = text("/proc/self/uid_map").split(separator: " ").map { $0.trimmed }
        if map.first != "0" || map.dropFirst().first != "0" {
            reasons.append("this process is in a user namespace; its capabilities do not count outside it")
        }
        if let yama = Int(text("/proc/sys/kernel/yama/ptrace_scope").trimmed), yama > 0 {
            reasons.append("kernel.yama.ptrace_scope is \(yama), so that memory can't be read without CAP_SYS_PTRACE")
        }
        // Even root is refused by a security module, and so are processes that it protects.
        return reasons.isEmpty ? ["a security module of the kernel protects some processes"] : reasons
    }

    /// Why there may be processes that can't even be seen.
    private static func hidden() -> [String] {
        var reasons: [String] = []
        // The initial namespace has a fixed number (PROC_PID_INIT_INO of the kernel).
        let namespace = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        if let namespace, namespace != "pid:[4026531836]" {
            reasons.append("this process is in another PID namespace than the host, and sees only the processes in it")
        }
        let options = MountInfo.parse(text("/proc/self/mountinfo")).last { $0.path == "/proc" }?.options ?? []
        let hiding = options.first { $0.hasPrefix("hidepid=") }
        if let option = hiding, option != "hidepid=0", option != "hidepid=off" {
            reasons.append("/proc is mounted with \(option), which hides processes of others without CAP_SYS_PTRACE")
        }
        return reasons
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    private static func value(of key: String, in text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix("\(key):") }
            .map { String($0.dropFirst(key.count + 1).trimmed) }
    }
}
