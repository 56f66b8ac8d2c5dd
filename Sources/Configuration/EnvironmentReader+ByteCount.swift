internal import System

extension EnvironmentReader {
    /// A number of bytes.
    package mutating func byteCount(_ name: String) -> Int? {
        guard let setting = setting(name) else { return nil }
        guard let count = ByteCount(setting.value) else {
            warn("\(name)=\(setting.value.printable()) is ignored: expected a number of bytes, such as 64MiB")
            return nil
        }
        return count.bytes
    }
}
