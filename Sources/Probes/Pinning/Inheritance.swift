internal import BPF
internal import CProbes
internal import FoundationEssentials

/// From which generation another one takes over, and whether that is done.
///
/// It is saved, because an agent may be killed between the moment when the new programs begin to count and the moment
/// when it has taken over what the old ones had counted.
struct Inheritance: Codable, Hashable, Sendable {
    /// The generation before.
    var predecessor: UInt64
    /// Whether its counters were taken over.
    ///
    /// It is not needed any more then.
    var isDone = false

    private static let area: UInt32 = 2

    /// Reads that of a generation; nil if it takes over from none.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    static func read(from object: LoadedObject) throws(BPFError) -> Inheritance? {
        let saved = SavedBytes<saved_piece>(try object.map("tcp_saved"), area: area)
        return try saved.read().flatMap { try? JSONDecoder().decode(Self.self, from: Data($0)) }
    }

    /// Saves it.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func write(to object: LoadedObject) throws(BPFError) {
        let bytes = (try? JSONEncoder().encode(self)).map { [UInt8]($0) } ?? []
        try SavedBytes<saved_piece>(try object.map("tcp_saved"), area: Self.area).write(bytes)
    }
}
