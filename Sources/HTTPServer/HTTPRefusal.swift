/// What a server refuses before its handler sees it, as a text for the log.
package enum HTTPRefusal: Hashable, Sendable, CustomStringConvertible {
    /// A connection, because there are too many; reported when it begins, and then at most once a minute.
    case connection(String)
    /// A request that is malformed or too large.
    case request(String)

    /// One line for people.
    package var description: String {
        switch self {
        case .connection(let text), .request(let text): text
        }
    }
}
