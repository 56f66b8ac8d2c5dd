internal import System

/// Writes `message` to standard error, each line after the program's name.
///
/// If standard error can't be written, nothing is left to report that to.
package func complain(_ message: String) {
    let lines = message.split(separator: "\n").map { "tcplens: \($0)\n" }
    try? StandardStream.error.write(lines.joined())
}
