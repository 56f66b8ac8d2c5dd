internal import Metrics

/// What one process says of itself.
struct ProcessStatement: Codable, Equatable {
    /// What its environment says.
    var environment: Attributes = [:]
    /// What it has published; nil if nothing.
    var context: Attributes?
    /// Whether the context is the parent's, which the process got when it was forked.
    ///
    /// Publishers keep their context from being inherited (MADV_DONTFORK), but some may not. The parent's instance is
    /// not the child's.
    var isInherited = false
}

/// What is known of one process.
struct ProcessScan: Codable, Equatable {
    /// When the process was started.
    var start: ProcessStart
    /// Where it published a context, and the header that was there.
    var context: Location?
    /// What it says.
    var statement = ProcessStatement()
    /// What was not taken.
    var refusals = RefusalCounts()

    /// Where a context is.
    struct Location: Codable, Equatable {
        /// The thread whose memory was read.
        var thread: Int32
        /// The address of the mapping.
        var mapping: UInt64
        /// The header.
        var header: ContextHeader
    }
}
