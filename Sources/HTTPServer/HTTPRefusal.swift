/// What a server refuses before its handler sees it, in words for a log.
package enum HTTPRefusal: Hashable, Sendable, CustomStringConvertible {
    /// A connection, as there are too many; told when it begins, and then at most once a minute.
    case connection(String)
    /// A request that makes no sense, or is too large.
    case request(String)

    /// One line for people.
    package var description: String {
        switch self {
        case .connection(let text), .request(let text): text
        }
    }
}
