internal import FoundationEssentials

extension Double {
    /// The second since 1970 as RFC 3339 in UTC.
    var moment: String { Date(timeIntervalSince1970: self).formatted(.iso8601) }

    /// The time of day in UTC, such as `14:02:09`.
    var clock: String { moment.count == 20 ? String(moment.dropFirst(11).dropLast()) : moment }
}

/// A moment as people write it: RFC 3339, or seconds since 1970.
package enum Moment {
    /// Reads a moment.
    ///
    /// - Parameter text: The text.
    /// - Returns: Seconds since 1970; nil if it is no moment.
    package static func seconds(_ text: String) -> Double? {
        if let number = Double(text), text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), number < 1e11 {
            return number
        }
        return (try? Date(text, strategy: .iso8601))?.timeIntervalSince1970
    }
}
