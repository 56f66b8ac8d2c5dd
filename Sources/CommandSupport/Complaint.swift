internal import Logging
internal import System

/// Writes `message` to standard error, with the program's name in front of each line.
///
/// The journal has that name already. If standard error can't be written, there is nowhere to report that.
package func complain(_ message: String) {
    let lines = message.split(separator: "\n").map { "tcplens: \($0)\n" }
    let text = Journal.isStandardError ? Journal.lines(message, at: .error) : lines.joined()
    try? StandardStream.error.write(text)
}
