extension String {
    /// The text with blanks behind it, or before it, to be at least so wide.
    package func padded(to width: Int, left: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - count))
        return left ? space + self : self + space
    }

    /// The text without the blanks at its end.
    package func trimmingEnd() -> Substring {
        self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)]
    }
}

extension Int {
    /// The number with zeros before it to be at least so wide.
    package func padded(to width: Int) -> String {
        let digits = "\(self)"
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
