extension String {
    /// The lines of a paragraph, each as long as fits.
    ///
    /// - Parameter width: How many characters a line may have; a longer word has a line of its own.
    /// - Returns: The lines, without spaces at their ends.
    package func lines(of width: Int = 116) -> [String] {
        split(separator: " ").reduce(into: []) { lines, word in
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
    }
}
