import TestSupport

/// Changes inputs of a corpus: the same sequence each time.
struct Mutator {
    private let corpus: [[UInt8]]
    private let sizeLimit: Int
    private var random = SeededRandom(1)

    /// Bytes and pieces that parsers treat specially.
    private static let pieces: [[UInt8]] = texts.map { Array($0.utf8) } + numbers
    private static let texts = [
        "\0", "\r\n", "\u{301}", "\u{fffd}", "\"", "\\", "/", ",", "=", "%", " ", "\u{1b}", "-1",
        "99999999999999999999",
    ]
    private static let numbers: [[UInt8]] = [
        [0xff], [0x80], [0xc3], [0xff, 0xff, 0xff, 0xff, 0x0f], [0x7f, 0xff, 0xff, 0xff],
    ]

    /// Creates the mutations of `corpus`, at most `sizeLimit` bytes long.
    init(_ corpus: [[UInt8]], sizeLimit: Int) {
        (self.corpus, self.sizeLimit) = (corpus, sizeLimit)
    }

    /// The next mutation.
    mutating func next() -> [UInt8] {
        var bytes = corpus.randomElement(using: &random) ?? []
        for _ in 0..<random.number(1...4) { change(&bytes) }
        return Array(bytes.prefix(sizeLimit))
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        let place = random.number(0...bytes.count)
        let end = min(place + random.number(1...8), bytes.count)
        switch random.number(0...6) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(random.number(0...7))
        case 1 where place < bytes.count: bytes[place] = UInt8(random.number(0...255))
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.removeSubrange(place...)
        case 4: bytes.insert(contentsOf: bytes[place..<end], at: random.number(0...bytes.count))
        case 5:
            let other = corpus.randomElement(using: &random) ?? []
            bytes.insert(contentsOf: other.suffix(random.number(0...other.count)), at: place)
        default: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: place)
        }
    }
}
