extension StringProtocol {
    /// The text without surrounding white space.
    package var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else {
            return self[startIndex..<startIndex]
        }
        return self[first...last]
    }

    /// The text on one line, safe for terminals and logs, and limited to `limit` characters.
    ///
    /// External text, such as a receiver's message or an attribute from the network, may contain line breaks and escape
    /// sequences.
    package func printable(limit: Int = 300) -> String {
        var result = ""
        for scalar in prefix(limit).unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return prefix(limit).endIndex == endIndex ? result : result + "…"
    }
}

extension StringProtocol {
    /// The text as one word: in quotation marks if it is empty or has spaces.
    package var quotedIfNeeded: String {
        isEmpty || contains(" ") ? "\"\(self)\"" : String(self)
    }
}

extension Duration {
    /// Integer milliseconds, rounded up, so that a delay is never too short and never becomes 0, which means "no limit"
    /// to libcurl.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow, product < .max - 1000 else { return .max }
        return product + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }

    /// Seconds with at most one decimal, for people.
    package var text: String {
        let tenths = (min(wholeMilliseconds, .max - 50) + 50) / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
