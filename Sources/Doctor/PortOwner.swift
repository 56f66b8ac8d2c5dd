import FoundationEssentials

/// The process that listens on a port of this network namespace.
struct PortOwner: Equatable {
    /// Its process ID.
    var identifier: Int
    /// Its name.
    var name: String

    /// Searches all processes for it; nil if it is not visible from here.
    init?(ofPort port: Int) {
        let files = FileManager.default
        let sockets = ["/proc/self/net/tcp", "/proc/self/net/tcp6"].flatMap { path in
            Self.listeners(onPort: port, in: (try? String(contentsOfFile: path, encoding: .utf8)) ?? "")
        }
        let links = Set(sockets.map { "socket:[\($0)]" })
        guard !links.isEmpty else { return nil }
        for identifier in ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap({ Int($0) }) {
            let folder = "/proc/\(identifier)/fd"
            for descriptor in (try? files.contentsOfDirectory(atPath: folder)) ?? [] {
                guard let link = try? files.destinationOfSymbolicLink(atPath: "\(folder)/\(descriptor)"),
                    links.contains(link)
                else { continue }
                let name = try? String(contentsOfFile: "/proc/\(identifier)/comm", encoding: .utf8)
                self.init(identifier: identifier, name: String(name?.prefix { !$0.isNewline } ?? "a process"))
                return
            }
        }
        return nil
    }

    /// Creates an owner.
    init(identifier: Int, name: String) {
        (self.identifier, self.name) = (identifier, name)
    }

    /// The inodes of the sockets that listen on `port`, from the text of a file such as `/proc/net/tcp`
    /// (`proc_net_tcp(5)`).
    static func listeners(onPort port: Int, in table: String) -> [Substring] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            // The fourth field is the state; 0A is LISTEN.
            guard fields.count > 9, fields[3] == "0A", let local = fields[1].split(separator: ":").last,
                Int(local, radix: 16) == port
            else { return nil }
            return fields[9]
        }
    }
}
