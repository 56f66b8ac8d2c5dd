internal import CLibbpf
internal import Glibc

/// A map of blocks, each of which is an array of rows of counters of 64 bits that all CPUs share.
///
/// Blocks are made when they are needed, so their number is not known when the object is loaded. The map of blocks is
/// borrowed from the ``LoadedObject`` that owns it: do not keep this longer.
package final class CounterBlocks {
    private let descriptor: CInt
    private let name: String
    private let rowsPerBlock: Int
    private let columnCount: Int
    private let zeros: [UInt64]
    /// The descriptors of the blocks.
    private var blocks: [CInt] = []
    /// The most blocks.
    private let limit: Int
    /// The memory that each row is read into.
    private var row: [UInt64]
    /// Makes a block.
    private let make: (CounterBlockShape, _ number: Int) throws(BPFError) -> CInt

    fileprivate init(
        descriptor: CInt,
        name: String,
        rowsPerBlock: Int,
        columnCount: Int,
        limit: Int,
        make: @escaping (CounterBlockShape, _ number: Int) throws(BPFError) -> CInt
    ) {
        self.make = make
        self.descriptor = descriptor
        self.name = name
        self.rowsPerBlock = rowsPerBlock
        self.columnCount = columnCount
        self.limit = limit
        zeros = [UInt64](repeating: 0, count: columnCount)
        row = zeros
    }

    deinit {
        for block in blocks { close(block) }
    }

    /// How many rows there are.
    package var rowCount: Int { blocks.count * rowsPerBlock }

    /// Whether another block can be added.
    package var canGrow: Bool { blocks.count < limit }

    /// Adds a block of zeros, or the next one of those that are pinned.
    ///
    /// - Returns: Its rows.
    /// - Throws: ``BPFError`` when the kernel refuses, for example because it has no memory.
    package func grow() throws(BPFError) -> Range<UInt32> {
        let rowSize = UInt32(clamping: columnCount * MemoryLayout<UInt64>.size)
        let block = try make(CounterBlockShape(rows: UInt32(clamping: rowsPerBlock), rowSize: rowSize), blocks.count)
        let code = unsafe withUnsafePointer(to: UInt32(clamping: blocks.count)) { key in
            unsafe withUnsafePointer(to: block) { unsafe bpf_map_update_elem(descriptor, key, $0, UInt64(BPF_ANY)) }
        }
        guard code == 0 else {
            close(block)
            throw BPFError(operation: "add a block to \(name)", code: -code)
        }
        let first = UInt32(clamping: rowCount)
        blocks.append(block)
        return first..<UInt32(clamping: rowCount)
    }

    /// Reads a row, and passes it to `body`.
    ///
    /// - Throws: ``BPFError`` when there is no such row or the kernel refuses.
    package func read<Result>(_ number: UInt32, _ body: ([UInt64]) -> Result) throws(BPFError) -> Result {
        let (block, place) = try self.place(of: number)
        let code = unsafe withUnsafePointer(to: place) { place in
            unsafe bpf_map_lookup_elem(block, place, &row)
        }
        guard code == 0 else { throw BPFError(operation: "look up in \(name)", code: -code) }
        return body(row)
    }

    /// Sets all counters of a row to zero.
    ///
    /// - Throws: ``BPFError`` when there is no such row or the kernel refuses.
    package func clear(_ number: UInt32) throws(BPFError) {
        let (block, place) = try self.place(of: number)
        let code = unsafe withUnsafePointer(to: place) { place in
            unsafe bpf_map_update_elem(block, place, zeros, UInt64(BPF_ANY))
        }
        guard code == 0 else { throw BPFError(operation: "update \(name)", code: -code) }
    }

    private func place(of number: UInt32) throws(BPFError) -> (block: CInt, place: UInt32) {
        let (block, place) = Int(number).quotientAndRemainder(dividingBy: rowsPerBlock)
        guard blocks.indices.contains(block) else { throw BPFError(operation: "look up in \(name)", code: ENOENT) }
        return (blocks[block], UInt32(clamping: place))
    }
}

/// The form of a block: an array of rows of counters.
package struct CounterBlockShape: Codable, Hashable, Sendable {
    /// How many rows it has.
    package var rows: UInt32
    /// The size of a row in bytes.
    package var rowSize: UInt32

    /// Creates a shape.
    package init(rows: UInt32, rowSize: UInt32) {
        (self.rows, self.rowSize) = (rows, rowSize)
    }

    /// Makes a block of this shape, all zeros.
    ///
    /// That needs the right to create maps.
    ///
    /// - Returns: Its descriptor, which the caller closes.
    /// - Throws: ``BPFError`` when the kernel refuses, for example because it has no memory.
    package func make() throws(BPFError) -> CInt {
        let keySize = UInt32(MemoryLayout<UInt32>.size)
        let block = Token.makeMap(BPF_MAP_TYPE_ARRAY, "tcp_flow_block", key: keySize, value: rowSize, entries: rows)
        guard block >= 0 else { throw BPFError(operation: "make another block of counters", code: -block) }
        return block
    }
}

extension LoadedObject {
    /// The map of blocks called `map`.
    ///
    /// - Parameters:
    ///   - map: The name.
    ///   - rowsPerBlock: How many rows each block has.
    ///   - columnCount: How many counters each row has.
    ///   - make: Makes a block, or opens one of this number, and gives its descriptor.
    /// - Returns: The blocks, of which there are none yet.
    /// - Throws: ``BPFError`` if no map has this name, or it holds no maps.
    package func counterBlocks(
        _ map: String,
        rowsPerBlock: Int,
        columnCount: Int,
        make: @escaping (CounterBlockShape, _ number: Int) throws(BPFError) -> CInt
    ) throws(BPFError) -> CounterBlocks {
        let (found, descriptor) = try find(map: map)
        guard found.isKind(BPF_MAP_TYPE_ARRAY_OF_MAPS), rowsPerBlock > 0 else {
            throw BPFError(operation: "use \(map) as blocks of counters", code: EINVAL)
        }
        return CounterBlocks(
            descriptor: descriptor,
            name: map,
            rowsPerBlock: rowsPerBlock,
            columnCount: columnCount,
            limit: found.capacity,
            make: make
        )
    }
}
