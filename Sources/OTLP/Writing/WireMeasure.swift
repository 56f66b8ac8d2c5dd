internal import Metrics

/// Measures a message, and every length that is written in it.
@unsafe struct WireMeasure: WireSink {
    /// The number of bytes so far.
    private(set) var size = 0
    /// The lengths of texts, messages and packed fields, in the order in which they begin; the user deallocates them.
    private(set) var lengths: UnsafeMutablePointer<Int>
    private var count = 0
    private var capacity: Int

    /// Creates a measure that expects so many lengths.
    init(expecting count: Int) {
        unsafe capacity = max(count, 16)
        unsafe lengths = .allocate(capacity: capacity)
    }

    @inline(__always) mutating func fixed(_ field: UInt8, _ bits: UInt64) {
        unsafe size &+= 9
    }

    @inline(__always) mutating func varint(_ field: UInt8, _ value: UInt64) {
        unsafe size &+= 1 &+ value.varintSize
    }

    mutating func text(_ field: UInt8, _ text: String) {
        let (count, nulCount) = text.utf8Counts
        // U+FFFD takes three bytes.
        unsafe add(length: count &+ 2 &* nulCount)
    }

    @inline(__always) mutating func begin(_ field: UInt8) -> WireMark {
        unsafe WireMark(place: reserve(), size: size)
    }

    @inline(__always) mutating func end(_ mark: WireMark) {
        let length = unsafe size &- mark.size
        unsafe lengths[mark.place] = length
        unsafe size &+= 1 &+ length.varintSize
    }

    @inline(__always) mutating func packed<Number: FixedSizeNumber>(_ field: UInt8, fixed numbers: [Number]) {
        guard !numbers.isEmpty else { return }
        unsafe add(length: 8 &* numbers.count)
    }

    @inline(__always) mutating func packed(_ field: UInt8, varints numbers: [UInt64]) {
        guard !numbers.isEmpty else { return }
        unsafe add(length: numbers.reduce(0) { $0 &+ $1.varintSize })
    }

    @inline(__always) mutating func attributes(_ field: UInt8, _ bytes: UnsafeRawBufferPointer) {
        unsafe size &+= bytes.count
    }

    @inline(__always) private mutating func add(length: Int) {
        let place = unsafe reserve()
        unsafe lengths[place] = length
        unsafe size &+= 1 &+ length.varintSize &+ length
    }

    /// The place of the next length.
    @inline(__always) private mutating func reserve() -> Int {
        if unsafe count == capacity { unsafe grow() }
        unsafe count &+= 1
        return unsafe count &- 1
    }

    @inline(never) private mutating func grow() {
        let larger = UnsafeMutablePointer<Int>.allocate(capacity: unsafe 2 * capacity)
        unsafe larger.moveInitialize(from: lengths, count: count)
        unsafe lengths.deallocate()
        unsafe lengths = larger
        unsafe capacity *= 2
    }
}

extension FixedWidthInteger {
    /// The number of bytes of this number in groups of seven bits.
    @inline(__always) fileprivate var varintSize: Int {
        let bits = 64 &- (UInt64(truncatingIfNeeded: self) | 1).leadingZeroBitCount
        // The same as division by seven, rounded up, for up to 64 bits.
        return (bits &* 9 &+ 64) &>> 6
    }
}

extension String {
    /// The number of bytes in UTF-8, and how many of them are NUL.
    fileprivate var utf8Counts: (count: Int, nulCount: Int) {
        let counts = unsafe utf8.withContiguousStorageIfAvailable { utf8 in
            (utf8.count, unsafe utf8.reduce(0) { $0 &+ ($1 == 0 ? 1 : 0) })
        }
        return counts ?? (utf8.count, utf8.count { $0 == 0 })
    }
}
