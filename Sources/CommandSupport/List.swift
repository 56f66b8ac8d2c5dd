internal import System

extension StringProtocol {
    /// The members of a list with commas between, without white space around them; blank ones are none.
    package var listed: [String] {
        split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
    }
}
