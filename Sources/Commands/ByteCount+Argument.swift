import ArgumentParser
import System

extension ByteCount {
    /// The number of bytes that an option was given.
    ///
    /// - Throws: `ValidationError` if `text` is not a number of bytes.
    static func argument(_ text: String) throws -> Int {
        guard let count = ByteCount(text) else {
            throw ValidationError("'\(text)' is not a number of bytes, such as 64MiB")
        }
        return count.bytes
    }
}
