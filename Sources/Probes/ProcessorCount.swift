internal import BPF

/// The number of possible processors: the kernel's own, and the one that programs see.
package struct ProcessorCount: Equatable, Sendable {
    /// The kernel's own number, which determines the size of per-CPU values.
    package var counted: Int
    /// The number in the file that programs read; `nil` if it does not exist.
    package var shown: Int?

    /// Creates a count.
    package init(counted: Int, shown: Int?) {
        (self.counted, self.shown) = (counted, shown)
    }

    /// The file that programs read.
    package static var path: String { PossibleProcessors.path }

    /// Reads both; `nil` if the kernel's number is not available.
    package static func current() -> ProcessorCount? {
        guard let counted = try? PossibleProcessors.count() else { return nil }
        return ProcessorCount(counted: counted, shown: PossibleProcessors.shown())
    }
}
