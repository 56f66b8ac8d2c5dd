import Confinement
import FoundationEssentials
import Glibc
import OTLPExport
import Settings
import System

/// Which files the agent opens while it serves.
enum FilePlan {
    /// Libraries that the C library loads for names, OpenSSL's modules, and time zones.
    private static let libraries = ["/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime"]
    /// The kernel's facts, and the processes.
    private static let kernel = ["/proc", "/sys/devices/system/cpu", "/sys/fs/cgroup", "/sys/kernel/mm"]
    /// How names are resolved (`getaddrinfo(3)`).
    private static let names = [
        "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf", "/etc/services",
        "/etc/protocols", "/run/systemd/resolve",
    ]
    /// The certificates that the system trusts, at the places of several distributions.
    private static let certificates = [
        "/etc/ssl/certs", "/etc/ssl/cert.pem", "/etc/ssl/openssl.cnf", "/etc/ca-certificates", "/etc/pki/tls/certs",
        "/etc/pki/ca-trust", "/etc/crypto-policies", "/var/lib/ca-certificates",
    ]
    /// What the machine is called.
    private static let identity = ["/etc/machine-id", "/var/lib/dbus/machine-id", "/etc/os-release", "/etc/hostname"]
    /// The names of pods.
    private static let pods = ["/var/log/pods", "/var/log/containers"]
    private static let resolverFile = "/etc/resolv.conf"

    /// The rules for `settings`.
    static func rules(for settings: RunSettings) -> FileRules {
        var rules = FileRules(
            readable: Set(libraries + kernel + names + certificates + identity + pods + ["/dev/urandom"]),
            changeable: ["/dev/null"]
        )
        rules.readable.formUnion(controlGroups())
        // Certificates and configurations are replaced by renaming, so it is the directory that counts.
        for path in settings.readPaths {
            rules.readable.formUnion([path, realPath(path)].compactMap(\.self).map(directory))
        }
        for path in settings.changedPaths {
            rules.changeable.formUnion([path, realPath(path)].compactMap(\.self))
        }
        // A file that is missing may be made later. One that is replaced would be another one.
        if !FileManager.default.fileExists(atPath: "/etc/machine-id") || resolvesNames(settings) && isReplaced() {
            rules.readable.insert("/etc")
        }
        if let target = realPath(resolverFile) { rules.readable.insert(directory(of: target, unless: "/etc")) }
        return rules
    }

    /// Where cgroups are mounted, besides the usual place.
    private static func controlGroups() -> [String] {
        let text = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        return MountInfo.parse(text).filter { $0.type.hasPrefix("cgroup") }.map(\.path)
    }

    /// Whether the receiver, or the proxy to it, has a name that must be resolved.
    private static func resolvesNames(_ settings: RunSettings) -> Bool {
        guard settings.exporters.contains(.otlp), !settings.otlp.endpoint.isSocket else { return false }
        let host = settings.otlp.endpoint.host
        let isAddress = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
        return settings.otlp.proxy?.isUsed == true || !isAddress && !settings.otlp.endpoint.isLoopback
    }

    /// Whether `/etc/resolv.conf` is a file of `/etc` itself, which tools replace when the network changes.
    ///
    /// In containers it is a mount, and with systemd-resolved a link.
    private static func isReplaced() -> Bool {
        guard realPath(resolverFile) == resolverFile else { return false }
        var (file, parent) = (stat(), stat())
        return unsafe stat(resolverFile, &file) == 0 && stat("/etc", &parent) == 0 && file.st_dev == parent.st_dev
    }

    private static func directory(of path: String, unless excepted: String) -> String {
        let directory = directory(path)
        return directory == excepted ? path : directory
    }

    /// The directory of an absolute path.
    private static func directory(_ path: String) -> String {
        let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        return parent.isEmpty ? "/" : parent
    }

    private static func realPath(_ path: String) -> String? {
        guard let real = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }
}
