import Foundation

/// What a process needs of the machine.
extension RunningProcess {
    /// How many descriptors it has open.
    func descriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(processIdentifier)/fd").count
    }

    /// Its resident memory, in KiB.
    func residentMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(processIdentifier)/status", encoding: .utf8)
        return status.firstMatch(of: /VmRSS:\s+(\d+) kB/).flatMap { Int($0.1) } ?? 0
    }

    /// The memory of its BPF maps, in bytes.
    func kernelMemory() throws -> Int {
        let folder = "/proc/\(processIdentifier)/fdinfo"
        var sizes: [Substring: Int] = [:]
        for descriptor in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let text = (try? String(contentsOfFile: "\(folder)/\(descriptor)", encoding: .utf8)) ?? ""
            guard let map = text.firstMatch(of: /map_id:\s+(\d+)/)?.1 else { continue }
            sizes[map] = text.firstMatch(of: /memlock:\s+(\d+)/).flatMap { Int($0.1) }
        }
        return sizes.values.reduce(0, +)
    }
}
