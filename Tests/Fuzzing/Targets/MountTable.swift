import System

extension FuzzTarget {
    /// `/proc/self/mountinfo`, with paths that others choose.
    static let mountInfo = FuzzTarget("mountinfo") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let mounts = MountInfo.parse(text)
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"))
        try expect(mounts.count <= lines.count, "a line is one mount")
        // Other lines do not change what is read of one.
        let each = lines.flatMap { MountInfo.parse(String(Substring($0))) }
        try expect(mounts == each, "\(mounts) are together, and one by one \(each)")
        for mount in mounts {
            try expect(!mount.type.contains(" "), "a type has no blank")
        }
    }
}
