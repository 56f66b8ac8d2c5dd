/// Why something that a process says of itself is not taken.
///
/// The memory and the environment of a process may be hostile, so that everything in them can be wrong.
package enum Refusal: String, Codable, Hashable, Sendable, CaseIterable {
    /// The kernel does not let this process read the other one.
    case noAccess = "no access"
    /// There are more mappings than are read.
    case tooManyMappings = "too many mappings"
    /// There are more mappings with the name than are looked at.
    case tooManyContexts = "too many process contexts"
    /// The header or the message is not in memory.
    case unmapped = "not in memory"
    /// The header does not begin with the signature.
    case signature = "wrong signature"
    /// The header has a version that this reader does not know.
    case version = "unknown version"
    /// The message is empty or longer than is read.
    case size = "wrong size"
    /// The process changed the context each time while it was read.
    case changing = "changes while it is read"
    /// The message is malformed.
    case malformed = "malformed message"
    /// The environment is longer than is read.
    case longEnvironment = "environment too long"
    /// `OTEL_RESOURCE_ATTRIBUTES` is malformed or too long.
    case malformedList = "malformed list of attributes"
    /// The value is no text, or the text is not UTF-8.
    case notText = "not a text"
    /// The text is empty, or has control characters.
    case characters = "empty or with control characters"
    /// The key or the value is too long.
    case length = "too long"
    /// The attribute looks like a credential.
    case credential = "looks like a credential"
    /// There are more attributes than are taken.
    case tooManyAttributes = "too many attributes"
    /// The workload has more processes than are read.
    case tooManyProcesses = "too many processes"
    /// The process did not let go of the thread that read it.
    case blocked = "blocks its reader"
}

/// How often each refusal occurred.
package struct RefusalCounts: Codable, Hashable, Sendable {
    private var counts: [Refusal: Int] = [:]

    /// Creates counts of zero.
    package init() {}

    /// How often `refusal` occurred.
    package subscript(refusal: Refusal) -> Int { counts[refusal, default: 0] }

    /// All refusals that occurred.
    package var refusals: Set<Refusal> { Set(counts.keys) }

    /// Counts `refusal`.
    package mutating func add(_ refusal: Refusal, _ count: Int = 1) {
        guard count > 0 else { return }
        counts[refusal, default: 0] &+= count
    }

    /// Adds the counts of `other`.
    package mutating func add(_ other: RefusalCounts) {
        for (refusal, count) in other.counts {
            add(refusal, count)
        }
    }
}
