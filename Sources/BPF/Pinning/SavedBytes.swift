internal import Glibc

/// Bytes that are saved in a map, piece by piece, and are still there when the process has ended.
///
/// There are two places. What is saved goes to the one that was not written last, and counts when it is complete. So
/// a process that is killed while it saves leaves what was saved before.
///
/// The map is borrowed from the ``LoadedObject`` that owns it: do not keep this longer.
package struct SavedBytes<Piece: BitwiseCopyable>: Sendable {
    private let map: Map<UInt32, Piece>
    private let area: UInt32

    /// Creates a value for one of several areas of a map.
    ///
    /// - Parameters:
    ///   - map: The map; its values are the pieces.
    ///   - area: The number of the area. Each has its own bytes.
    package init(_ map: Map<UInt32, Piece>, area: UInt32) {
        (self.map, self.area) = (map, area)
    }

    /// The most bytes of an area.
    ///
    /// Two areas may have so many, and others a few, each twice.
    package static var limit: Int { (1 << 11) * MemoryLayout<Piece>.size }

    /// The first piece: what the others are.
    private struct Header: BitwiseCopyable {
        var magic: UInt64 = 0x7463_706c_656e_7301
        /// Counts how often something was saved; 0 for never.
        var number: UInt64 = 0
        var count: UInt64 = 0
        var checksum: UInt64 = 0
    }

    /// What was saved last.
    ///
    /// - Returns: The bytes; nil if nothing was saved, or both places are damaged.
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func read() throws(BPFError) -> [UInt8]? {
        var last: (number: UInt64, bytes: [UInt8])?
        for place in 0..<2 as Range<UInt32> {
            guard let header = try header(place), header.number > last?.number ?? 0 else { continue }
            guard header.count <= UInt64(Self.limit) else { continue }
            var bytes: [UInt8] = []
            for index in 0..<Self.pieces(Int(header.count)) {
                guard let piece = try map.value(of: key(place, 1 + index)) else { break }
                unsafe withUnsafeBytes(of: piece) { unsafe bytes.append(contentsOf: $0) }
            }
            bytes.removeLast(max(bytes.count - Int(header.count), 0))
            guard bytes.count == Int(header.count), Self.checksum(bytes) == header.checksum else { continue }
            last = (header.number, bytes)
        }
        return last?.bytes
    }

    /// Saves bytes.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses: `E2BIG` if they are too many.
    package func write(_ bytes: [UInt8]) throws(BPFError) {
        guard bytes.count <= Self.limit else {
            throw BPFError(operation: "save \(bytes.count) bytes in \(map.name)", code: E2BIG)
        }
        let numbers = (try header(0)?.number ?? 0, try header(1)?.number ?? 0)
        let place: UInt32 = numbers.0 <= numbers.1 ? 0 : 1
        for index in 0..<Self.pieces(bytes.count) {
            let first = Int(index) * MemoryLayout<Piece>.size
            try map.setValue(Self.piece(bytes[first...]), of: key(place, 1 + index))
        }
        var header = Header()
        header.number = max(numbers.0, numbers.1) &+ 1
        header.count = UInt64(bytes.count)
        header.checksum = Self.checksum(bytes)
        let head = unsafe withUnsafeBytes(of: header) { unsafe Array($0) }
        try map.setValue(Self.piece(head[...]), of: key(place, 0))
    }

    /// Forgets what was saved.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func clear() throws(BPFError) {
        for place in 0..<2 as Range<UInt32> { try map.removeValue(of: key(place, 0)) }
    }

    private func header(_ place: UInt32) throws(BPFError) -> Header? {
        guard let piece = try map.value(of: key(place, 0)) else { return nil }
        let header = unsafe withUnsafeBytes(of: piece) { unsafe $0.loadUnaligned(as: Header.self) }
        return header.magic == Header().magic ? header : nil
    }

    private func key(_ place: UInt32, _ index: UInt32) -> UInt32 { (area * 2 + place) << 16 | index }

    private static func pieces(_ count: Int) -> UInt32 {
        UInt32(clamping: (count + MemoryLayout<Piece>.size - 1) / MemoryLayout<Piece>.size)
    }

    /// The first bytes as a piece, with zeros behind them.
    private static func piece(_ bytes: ArraySlice<UInt8>) -> Piece {
        let size = MemoryLayout<Piece>.size
        var padded = Array(bytes.prefix(size))
        padded.append(contentsOf: repeatElement(0, count: size - padded.count))
        return unsafe padded.withUnsafeBytes { unsafe $0.loadUnaligned(as: Piece.self) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt64 {
        unsafe bytes.withUnsafeBytes { unsafe FNV.hash($0) }
    }
}
