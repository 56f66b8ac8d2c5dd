/// A line of `/proc/self/mountinfo` (`proc_pid_mountinfo(5)`).
package struct MountInfo: Hashable, Sendable {
    /// The directory of the file system that is mounted.
    package var root: String
    /// Where it is mounted.
    package var path: String
    /// The type of the file system.
    package var type: String
    /// The options of the file system.
    package var options: [String]

    /// Creates a line.
    package init(root: String, path: String, type: String, options: [String] = []) {
        (self.root, self.path, self.type, self.options) = (root, path, type, options)
    }

    /// Parses all lines, and skips malformed ones.
    package static func parse(_ text: String) -> [MountInfo] {
        // By bytes, because the kernel escapes bytes: a return before the end of a line, or a combining character after
        // a blank, would be one character with it.
        text.utf8.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let fields = line.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) }
            // Any number of optional fields may come before the dash.
            guard let dash = fields.dropFirst(6).firstIndex(of: "-"), fields.count > dash + 3 else { return nil }
            return MountInfo(
                root: unescaped(fields[3]),
                path: unescaped(fields[4]),
                type: fields[dash + 1],
                options: fields[dash + 3].split(separator: ",").map(String.init)
            )
        }
    }

    /// Replaces octal escapes such as `\040` in a text.
    private static func unescaped(_ text: String) -> String {
        guard text.contains("\\") else { return text }
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let number = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(number)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
