internal import BPF
internal import CProbes
internal import FoundationEssentials

/// A value that a generation saves in an area of its own of `tcp_saved`.
protocol SavedValue: Codable {
    /// The number of the area.
    static var area: UInt32 { get }
}

extension SavedValue {
    /// Reads that of a generation from its map.
    ///
    /// - Returns: The value; nil if it is missing, damaged, or written by a build that has another form of it.
    /// - Throws: ``BPFError`` when the kernel refuses.
    static func read(from object: LoadedObject) throws(BPFError) -> Self? {
        try withExtendedLifetime(object) { () throws(BPFError) in
            let saved = SavedBytes<saved_piece>(try object.map("tcp_saved"), area: area)
            return try saved.read().flatMap { try? JSONDecoder().decode(Self.self, from: Data($0)) }
        }
    }

    /// Saves it.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func write(to object: LoadedObject) throws(BPFError) {
        let bytes = (try? JSONEncoder().encode(self)).map { [UInt8]($0) } ?? []
        try SavedBytes<saved_piece>(try object.map("tcp_saved"), area: Self.area).write(bytes)
    }
}
