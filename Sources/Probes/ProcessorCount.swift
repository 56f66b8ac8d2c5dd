internal import BPF

/// How many processors the kernel has room for, and how many it seems to have.
public struct ProcessorCount: Equatable, Sendable {
    /// The kernel's own number, which everything is read by.
    public var counted: Int
    /// The number in the file that programs go by; `nil` when there is none.
    public var shown: Int?

    /// Creates a count.
    public init(counted: Int, shown: Int?) {
        (self.counted, self.shown) = (counted, shown)
    }

    /// The file that programs go by.
    public static var path: String { PossibleProcessors.path }

    /// Asks both; `nil` where the kernel does not take part.
    public static func current() -> ProcessorCount? {
        guard let counted = try? PossibleProcessors.count() else { return nil }
        return ProcessorCount(counted: counted, shown: PossibleProcessors.shown())
    }
}
