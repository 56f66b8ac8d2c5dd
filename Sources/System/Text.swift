extension StringProtocol {
    /// The text without white space at its ends.
    package var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else {
            return self[startIndex..<startIndex]
        }
        return self[first...last]
    }

    /// The text on one line, harmless to a terminal and a log, and no longer than `limit` characters.
    ///
    /// What others wrote (a receiver's message, an attribute that came over the network) may hold line breaks and escape
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

extension Duration {
    /// Whole milliseconds, rounded up, so that a wait is never cut short and never becomes libcurl's 0, "no limit".
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow, product < .max - 1000 else { return .max }
        return product + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }

    /// Seconds with one decimal at most, for people.
    package var text: String {
        let tenths = (min(wholeMilliseconds, .max - 50) + 50) / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
