import CProbes
import Glibc
import Testing

@testable import BPF
@testable import Probes

/// What is saved in a map, and damaged.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct SavedBytesTests {
    private struct Place {
        let agent: AgentObject
        let map: Map<UInt32, saved_piece>
        let saved: SavedBytes<saved_piece>

        init() throws {
            agent = try AgentObject(.init(namespace: 1, isPinned: true))
            map = try agent.object.map("tcp_saved")
            saved = SavedBytes(map, area: 1)
        }
    }

    private func bytes(_ count: Int, _ seed: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed) }
    }

    @Test func `the last bytes are read, whatever their number`() throws {
        let place = try Place()
        #expect(try place.saved.read() == nil)
        for count in [0, 1, 2047, 2048, 2049, 100_000, 3] {
            try place.saved.write(bytes(count, count))
            #expect(try place.saved.read() == bytes(count, count), "\(count)")
        }
        let other = SavedBytes<saved_piece>(place.map, area: 2)
        #expect(try other.read() == nil)
        try other.write([1])
        #expect(try place.saved.read() == bytes(3, 3))
        withExtendedLifetime(place.agent) {}
    }

    @Test func `bytes that were not written to the end leave those before`() throws {
        let place = try Place()
        for seed in 0..<4 { try place.saved.write(bytes(10_000, seed)) }
        let before = try #require(try place.saved.read())
        // As if a process had been killed after some pieces of the next one: they replace the older ones.
        for key in try place.map.keys() where try isOlder(key, than: before, place) {
            guard key & 0xFFFF > 0 else { continue }
            try place.map.setValue(saved_piece(), of: key)
            #expect(try place.saved.read() == before)
        }
        withExtendedLifetime(place.agent) {}
    }

    @Test func `any piece that is damaged or missing is noticed`() throws {
        let place = try Place()
        for seed in 0..<2 { try place.saved.write(bytes(10_000, seed)) }
        let (older, newer) = (bytes(10_000, 0), bytes(10_000, 1))
        #expect(try place.saved.read() == newer)
        for key in try place.map.keys() where try !isOlder(key, than: newer, place) {
            let piece = try #require(try place.map.value(of: key))
            var damaged = piece
            unsafe withUnsafeMutableBytes(of: &damaged) { unsafe $0[7] ^= 4 }
            try place.map.setValue(damaged, of: key)
            #expect(try place.saved.read() == older, "\(key)")
            try place.map.removeValue(of: key)
            #expect(try place.saved.read() == older, "\(key)")
            try place.map.setValue(piece, of: key)
            #expect(try place.saved.read() == newer)
        }
        withExtendedLifetime(place.agent) {}
    }

    @Test func `too many bytes are refused, and change nothing`() throws {
        let place = try Place()
        try place.saved.write([1, 2])
        #expect(throws: BPFError.self) {
            try place.saved.write([UInt8](repeating: 0, count: SavedBytes<saved_piece>.limit + 1))
        }
        #expect(try place.saved.read() == [1, 2])
        withExtendedLifetime(place.agent) {}
    }

    /// Whether a piece is of the place that was not written last.
    private func isOlder(_ key: UInt32, than last: [UInt8], _ place: Place) throws -> Bool {
        guard key & 0xFFFF > 0 else {
            let first = try place.map.value(of: key | 1)
            return try first != nil && isOlder(key | 1, than: last, place)
        }
        let index = Int(key & 0xFFFF) - 1
        let part = Array(last[min(index * 2048, last.count)...].prefix(2048))
        let piece = try place.map.value(of: key)
        return piece.map { piece in
            unsafe withUnsafeBytes(of: piece) { unsafe Array($0.prefix(part.count)) }
        } != part
    }
}
