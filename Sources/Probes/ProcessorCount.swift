internal import BPF

/// How many processors the kernel has room for, and how many it seems to have.
package struct ProcessorCount: Equatable, Sendable {
    /// The kernel's own number, which everything is read by.
    package var counted: Int
    /// The number in the file that programs go by; `nil` when there is none.
    package var shown: Int?

    /// Creates a count.
    package init(counted: Int, shown: Int?) {
        (self.counted, self.shown) = (counted, shown)
    }

    /// The file that programs go by.
    package static var path: String { PossibleProcessors.path }

    /// Asks both; `nil` where the kernel does not take part.
    package static func current() -> ProcessorCount? {
        guard let counted = try? PossibleProcessors.count() else { return nil }
        return ProcessorCount(counted: counted, shown: PossibleProcessors.shown())
    }
}
