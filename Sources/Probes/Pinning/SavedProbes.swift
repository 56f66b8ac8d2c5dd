internal import BPF
internal import CProbes
internal import FoundationEssentials
internal import Glibc
internal import Readings
internal import System

/// What probes must know of an agent before them to go on with its counters.
struct SavedProbes: Codable, Sendable {
    /// The start of the counters.
    var epoch: Epoch
    /// Which workloads there are; nil if nothing is attributed.
    var attribution: Attribution.State?
    /// What earlier generations have counted.
    var carried = Carried()
}

/// Where probes and those who use their readings save what they add to the kernel's counters.
///
/// The map is borrowed from the ``LoadedObject`` that owns it: do not keep this longer.
struct PinnedMemory: Sendable {
    /// What was saved.
    struct Content: Sendable {
        /// By the probes.
        var probes: SavedProbes
        /// By those who turn readings into series; nothing before the first reading.
        var series: [UInt8]
    }

    private let readings: SavedBytes<saved_piece>
    private let exports: SavedBytes<saved_piece>

    /// Finds it in an object.
    ///
    /// - Throws: ``BPFError`` when there is none.
    init(_ object: LoadedObject) throws(BPFError) {
        let map: Map<UInt32, saved_piece> = try object.map("tcp_saved")
        (readings, exports) = (SavedBytes(map, area: 1), SavedBytes(map, area: 3))
    }

    /// What was saved after the last reading; nil if nothing was, or another build can't be understood.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func content() throws(BPFError) -> Content? {
        guard let packed = try readings.read(), let bytes = try? Gzip.decompress(packed, limit: Self.limit),
            let border = bytes.firstIndex(of: 0),
            let probes = try? JSONDecoder().decode(SavedProbes.self, from: Data(bytes[..<border]))
        else { return nil }
        return Content(probes: probes, series: Array(bytes[(border + 1)...]))
    }

    /// The most that is believed, once decompressed.
    private static let limit = 256 << 20

    /// Saves what there is after a reading.
    ///
    /// If that fails, nothing is left: what was saved before would be wrong, because rows are freed meanwhile.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses: `E2BIG` if it is too much.
    func save(_ content: Content) throws(BPFError) {
        do throws(BPFError) {
            try readings.write(try Self.packed(content))
        } catch {
            try readings.clear()
            throw error
        }
    }

    private static func packed(_ content: Content) throws(BPFError) -> [UInt8] {
        do {
            // JSON has no zeros.
            return try packed([UInt8](JSONEncoder().encode(content.probes)) + [0] + content.series)
        } catch let error as BPFError {
            throw error
        } catch {
            throw BPFError(operation: "save what was counted: \(error)", code: EINVAL)
        }
    }

    private static func packed(_ bytes: [UInt8]) throws(BPFError) -> [UInt8] {
        guard bytes.count <= limit, let packed = try? Gzip.compress(bytes) else {
            throw BPFError(operation: "save \(bytes.count) bytes", code: E2BIG)
        }
        return packed
    }

    /// What was saved after the last exports; nil if nothing was.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func exported() throws(BPFError) -> [UInt8]? {
        try exports.read().flatMap { try? Gzip.decompress($0, limit: Self.limit) }
    }

    /// Saves what there is after exports.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses: `E2BIG` if it is too much.
    func save(exported bytes: [UInt8]) throws(BPFError) {
        try exports.write(try Self.packed(bytes))
    }
}
