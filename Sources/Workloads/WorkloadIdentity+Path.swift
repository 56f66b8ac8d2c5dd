extension WorkloadIdentity {
    /// Finds out what a cgroup belongs to.
    ///
    /// The last container in the path is the one, because containers run in containers (kind, Docker in Docker). What
    /// is in a container is the container's, also the units of a systemd that runs there. Without a container it is
    /// the last pod, then the first unit.
    ///
    /// - Parameter path: The path below the root of the tree. It begins with `/..` if it is outside the cgroup
    ///   namespace that it was read in.
    package init(path: String) {
        let segments = path.segments
        let first = segments.firstIndex { $0 != ".." } ?? segments.endIndex
        let inside = segments[first...]
        if inside.isEmpty {
            self = .host
        } else if let container = Container(in: inside, after: first) {
            self = .container(container)
        } else if let (pod, end) = Pod.last(in: inside) {
            self = .pod(pod, path: Self.path(segments[...end]))
        } else if let unit = Unit(in: inside) {
            self = .unit(unit)
        } else {
            self = .path(Self.path(segments[...]))
        }
    }

    /// The beginning of `path` that ends at the topmost cgroup of its workload.
    static func top(of path: String) -> String {
        let identity = WorkloadIdentity(path: path)
        switch identity {
        case .host, .path: return path
        case .container(let container): return container.path
        case .pod(_, let path): return path
        case .unit:
            let segments = path.segments
            let top = segments.indices.first { WorkloadIdentity(path: Self.path(segments[...$0])) == identity }
            return top.map { Self.path(segments[...$0]) } ?? path
        }
    }

    /// Whether a cgroup of this name is a unit's or a container's.
    static func isUnitOrContainer(_ name: Substring) -> Bool {
        Unit.name(name) != nil || Container.identifier(in: name) != nil
    }

    /// Whether what runs in a cgroup of this name may be allowed to make further ones with any name.
    static func isDelegated(_ name: Substring) -> Bool {
        isUnitOrContainer(name) || Pod(name, in: nil) != nil
    }

    private static func path(_ segments: ArraySlice<Substring>) -> String {
        "/" + segments.joined(separator: "/")
    }
}

extension WorkloadIdentity.Container {
    /// The last container of a path.
    ///
    /// - Parameters:
    ///   - segments: The path.
    ///   - up: How many times the path goes up before.
    fileprivate init?(in segments: ArraySlice<Substring>, after up: Int) {
        for index in segments.indices.reversed() {
            let parent = index > segments.startIndex ? segments[index - 1] : nil
            // Podman's cgroup of a pod has an id of 64 digits, too; its containers are below.
            guard let (id, prefix) = Self.identifier(in: segments[index]),
                !(prefix.isEmpty && parent == "libpod_parent")
            else { continue }
            let path = String(repeating: "/..", count: up) + "/" + segments[...index].joined(separator: "/")
            self.init(
                id: id,
                runtime: Self.runtime(prefix.isEmpty ? parent ?? "" : prefix, isParent: prefix.isEmpty),
                pod: WorkloadIdentity.Pod.last(in: segments[...index])?.pod,
                path: path
            )
            return
        }
        return nil
    }

    /// The id in the name of a cgroup, and what is before it and its `-` or `:`; `nil` if it is not a container's.
    ///
    /// An id has exactly 64 lower-case hexadecimal digits, so the 32 digits of `run-….scope` (systemd-run(1)) do not
    /// count. The process that watches a container (conmon) has a cgroup with the container's id, and is not in it.
    static func identifier(in name: Substring) -> (id: String, prefix: Substring)? {
        let text = name.ends(with: ".scope") ? name.dropping(".scope".utf8.count) : name
        guard text.utf8.count >= 64 else { return nil }
        let start = text.utf8.index(text.utf8.endIndex, offsetBy: -64)
        guard text.utf8[start...].allSatisfy(\.isLowerHexadecimal) else { return nil }
        let before = text[..<start]
        if before.isEmpty { return (String(text[start...]), before) }
        guard before.last == "-" || before.last == ":" else { return nil }
        // The colon form of runc: slice:prefix:id.
        let prefix = before.dropLast().suffix(while: { $0 != UInt8(ascii: ":") })
        guard prefix != "conmon", !prefix.ends(with: "-conmon") else { return nil }
        return (String(text[start...]), prefix)
    }

    /// The runtime that names its cgroups so.
    ///
    /// Kubernetes' own directories (driver cgroupfs) have the id alone for containerd and for the Docker of old, so
    /// their runtime is not known.
    private static func runtime(_ name: Substring, isParent: Bool) -> WorkloadIdentity.Runtime? {
        switch name {
        case "docker": .docker
        case "cri-containerd" where !isParent, "nerdctl" where !isParent: .containerd
        case "crio" where !isParent: .crio
        case "libpod" where !isParent, "libpod-payload" where !isParent: .podman
        default: nil
        }
    }
}

extension WorkloadIdentity.Pod {
    /// The last pod of a path, and the index of its segment.
    fileprivate static func last(in segments: ArraySlice<Substring>) -> (pod: Self, end: Int)? {
        for index in segments.indices.reversed() {
            let parent = index > segments.startIndex ? segments[index - 1] : nil
            if let pod = Self(segments[index], in: parent) { return (pod, index) }
        }
        return nil
    }

    /// Parses the name of a pod's cgroup.
    ///
    /// It is `pod<uid>` in the directory of its class, or `kubepods-<class>-pod<uid>.slice` with underscores in the
    /// uid, because dashes separate the levels of a slice (systemd.slice(5)). In the colon form of runc the name of
    /// the container follows.
    fileprivate init?(_ name: Substring, in parent: Substring?) {
        var text = Substring(name.utf8.prefix { $0 != UInt8(ascii: ":") })
        if text.ends(with: ".slice") { text = text.dropping(6) }
        for length in [36, 32] where text.utf8.count >= length + 3 {
            let start = text.utf8.index(text.utf8.endIndex, offsetBy: -length)
            guard let uid = Self.canonical(text.utf8[start...]), text[..<start].ends(with: "pod") else { continue }
            let before = text[..<start].dropLast(3)
            guard before.isEmpty || before.last == "-" else { continue }
            self.init(uid: uid, qualityOfService: Self.qualityOfService(before.isEmpty ? parent : before.dropLast()))
            return
        }
        return nil
    }

    /// The uid with dashes; `nil` if it is not a uid.
    ///
    /// The 32 digits of a static pod stay as they are.
    static func canonical(_ text: Substring.UTF8View) -> String? {
        let digits = text.filter(\.isLowerHexadecimal)
        guard digits.count == 32 else { return nil }
        if text.count == 32 { return String(decoding: text, as: UTF8.self) }
        let parts = text.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "-") }
        let escaped = text.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "_") }
        for parts in [parts, escaped] where parts.map(\.count) == [8, 4, 4, 4, 12] {
            return parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
        }
        return nil
    }

    /// The class by the name of the cgroup above; pods of the class Guaranteed are in that of all pods.
    private static func qualityOfService(_ group: Substring?) -> WorkloadIdentity.QualityOfService? {
        switch group?.suffix(while: { $0 != UInt8(ascii: "-") }).split(separator: ".").first {
        case "burstable": .burstable
        case "besteffort": .bestEffort
        case "kubepods": .guaranteed
        default: nil
        }
    }
}

extension WorkloadIdentity.Unit {
    /// The first unit of a path, or the first of the user's manager that it is.
    ///
    /// It is the unit that systemd itself takes (`cg_path_get_unit`, `cg_path_get_user_unit`): cgroups that a unit
    /// makes are its own, whatever they are called.
    fileprivate init?(in segments: ArraySlice<Substring>) {
        let rest = segments.drop { Self.isSlice($0) }
        guard let first = rest.first, let name = Self.name(first) else { return nil }
        if let user = Self.user(ofManager: name),
            let unit = rest.dropFirst().drop(while: Self.isSlice).first.flatMap(Self.name)
        {
            self.init(unit, user: user)
        } else {
            self.init(name)
        }
    }

    /// The suffixes of units that have processes.
    private static let suffixes = [".service", ".scope", ".socket", ".mount", ".swap"]

    /// The name of the unit whose cgroup has this name; `nil` if it is not a unit's.
    ///
    /// Escapes such as `\x2d` are part of the name. systemd only adds an underscore to cgroups whose names would be
    /// those of files of the kernel (`cg_escape`).
    fileprivate static func name(_ cgroup: Substring) -> String? {
        let name = cgroup.first == "_" ? cgroup.dropFirst() : cgroup
        guard let suffix = suffixes.first(where: { name.ends(with: $0) }) else { return nil }
        return isValid(name, suffix) ? String(name) : nil
    }

    private static func isSlice(_ cgroup: Substring) -> Bool {
        let name = cgroup.first == "_" ? cgroup.dropFirst() : cgroup
        return name.ends(with: ".slice") && isValid(name, ".slice")
    }

    /// Whether `name` can be that of a unit (systemd.unit(5)); a template without an instance never has processes.
    private static func isValid(_ name: Substring, _ suffix: String) -> Bool {
        let stem = name.dropping(suffix.utf8.count)
        return name.utf8.count <= 255 && !stem.isEmpty && stem.first != "@" && stem.last != "@"
            && stem.utf8.allSatisfy(\.isPartOfUnitName)
    }

    /// The user of `user@1000.service`, whose processes have a manager of their own.
    private static func user(ofManager name: String) -> UInt32? {
        guard name.hasPrefix("user@"), name.hasSuffix(".service") else { return nil }
        return UInt32(name.dropFirst(5).dropLast(8))
    }
}

extension UInt8 {
    /// Whether it is a hexadecimal digit, and no upper-case letter.
    var isLowerHexadecimal: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }

    fileprivate var isPartOfUnitName: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: ":-_.\\@".utf8.contains(self)
        }
    }
}

// Names are compared by bytes, because by characters each cgroup would take ten times as long.

extension String {
    /// The names in a path.
    var segments: [Substring] {
        utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
    }
}

extension Substring {
    fileprivate func ends(with suffix: String) -> Bool {
        utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    /// Without this many bytes of ASCII at the end.
    fileprivate func dropping(_ count: Int) -> Substring {
        Substring(utf8.dropLast(count))
    }

    fileprivate func suffix(while belongs: (UInt8) -> Bool) -> Substring {
        var start = utf8.endIndex
        while start > utf8.startIndex, belongs(utf8[utf8.index(before: start)]) { start = utf8.index(before: start) }
        return self[start...]
    }
}
