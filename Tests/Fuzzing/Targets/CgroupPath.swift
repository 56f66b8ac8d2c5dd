import Metrics

@testable import Workloads

extension FuzzTarget {
    /// The path of a cgroup, which anybody with a directory of their own may name: the topmost cgroup of a workload
    /// belongs to it, and no control character gets into an attribute.
    static let cgroupPath = FuzzTarget("cgroup-path", sizeLimit: 2048) { bytes in
        let path = "/" + String(decoding: bytes, as: UTF8.self)
        let identity = WorkloadIdentity(path: path)
        let top = WorkloadIdentity.top(of: path)
        try expect(WorkloadIdentity(path: top) == identity, "\(top) is not of the workload of \(path)")
        if case .container(let container) = identity, container.segments.dropLast().contains(where: isOther) {
            let keys = identity.attributes(nil).map(\.key)
            try expect(keys.contains("tcplens.cgroup.path"), "\(path) may be invented by whoever is above it")
        }
        for attribute in identity.attributes(nil) {
            let text = attribute.value.description
            let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            try expect(isPrintable, "\(attribute.key) has control characters: \(Array(text.utf8))")
        }
    }
}

private func isOther(_ name: Substring) -> Bool { WorkloadIdentity.isUnitOrContainer(name) }

extension WorkloadIdentity.Container {
    /// The names in its path, of which only bytes count: a combining character does not change a slash.
    fileprivate var segments: [Substring] { path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) } }
}
