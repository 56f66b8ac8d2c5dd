package import BPF
internal import Glibc

/// What an agent does with its pinned generations while it runs; who loads programs does it.
package protocol PinStore: Sendable {
    /// Opens what is pinned in a generation.
    ///
    /// - Returns: Its descriptor, which the caller closes.
    /// - Throws: ``BPFError`` when there is nothing of this name or the kernel refuses.
    func open(_ name: String, of generation: UInt64) throws(BPFError) -> CInt

    /// Pins something in a generation. The descriptor stays open.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func pin(_ descriptor: CInt, as name: String, of generation: UInt64) throws(BPFError)

    /// Removes all generations but one.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func removeAll(but generation: UInt64) throws(BPFError)
}

/// How a loaded object is pinned.
package struct Pinned: Codable, Hashable, Sendable {
    /// The number of its generation.
    var generation: UInt64
    /// Whether an agent before this one has attached its programs.
    var isAdopted: Bool
    /// The generation whose counters it has yet to take over, if any.
    var predecessor: UInt64?
    /// Why what is pinned can't be continued; nil if it is, or there was nothing.
    var reason: String?
}

extension PinDirectory: PinStore {
    /// More blocks than the rows of all workloads take.
    private static let mostBlocks: UInt32 = 8192

    /// Opens what is pinned in a generation.
    package func open(_ name: String, of generation: UInt64) throws(BPFError) -> CInt {
        try Pin.open(path(name, of: generation))
    }

    /// Pins something in a generation.
    package func pin(_ descriptor: CInt, as name: String, of generation: UInt64) throws(BPFError) {
        // An agent pins links and blocks of counters; the rest is pinned when it is loaded.
        let block = name.hasPrefix("block_") ? UInt32(name.dropFirst("block_".count)) : nil
        guard name.hasPrefix("link_") || block.map({ $0 < Self.mostBlocks }) == true else {
            throw BPFError(operation: "pin under the name '\(name)'", code: EINVAL)
        }
        try Pin.keep(descriptor, at: path(name, of: generation))
    }

    /// Removes all generations but one.
    package func removeAll(but generation: UInt64) throws(BPFError) {
        do throws(PinError) {
            for number in try numbers() where number != generation { try remove(number) }
        } catch {
            throw BPFError(error)
        }
    }

    /// A request may come from an agent that somebody else has taken over.
    ///
    /// It can't leave its directory.
    private func path(_ name: String, of generation: UInt64) throws(BPFError) -> String {
        let isPlain = name.unicodeScalars.allSatisfy {
            $0.isASCII && ($0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType != nil)
        }
        guard !name.isEmpty, isPlain else { throw BPFError(operation: "pin under the name '\(name)'", code: EINVAL) }
        return "\(directory(of: generation))/\(name)"
    }
}
