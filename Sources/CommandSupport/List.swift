internal import System

extension StringProtocol {
    /// The items of a comma-separated list, without surrounding white space and without blank items.
    package var listed: [String] {
        split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
    }
}
