import Glibc

/// SHA-256 (FIPS 180-4), so that the bytes of different programs can be compared.
enum SHA256 {
    /// The digest of `message` in hexadecimal digits.
    static func hexadecimal(_ message: [UInt8]) -> String {
        let padded =
            message + [0x80] + [UInt8](repeating: 0, count: (119 - message.count % 64) % 64)
            + bytes(UInt64(message.count) &* 8)
        var state = primes.prefix(8).map { fraction(sqrt(Double($0))) }
        let constants = primes.map { fraction(cbrt(Double($0))) }
        for start in stride(from: 0, to: padded.count, by: 64) {
            compress(padded[start..<start + 64], constants, into: &state)
        }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    /// The first 64 primes, which the constants follow from.
    private static let primes = (2...311).filter { number in !(2..<number).contains { number % $0 == 0 } }

    /// The first 32 bits after the point.
    private static func fraction(_ number: Double) -> UInt32 {
        UInt32((number - number.rounded(.down)) * 0x1p32)
    }

    private static func compress(_ block: ArraySlice<UInt8>, _ constants: [UInt32], into state: inout [UInt32]) {
        var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { index in
            block[index..<index + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<64 {
            let (early, late) = (words[index - 15], words[index - 2])
            let one = rotate(early, 7) ^ rotate(early, 18) ^ early >> 3
            let two = rotate(late, 17) ^ rotate(late, 19) ^ late >> 10
            words.append(words[index - 16] &+ one &+ words[index - 7] &+ two)
        }
        var next = state
        for (word, constant) in zip(words, constants) {
            let (a, e) = (next[0], next[4])
            let choice = (e & next[5]) ^ (~e & next[6])
            let majority = (a & next[1]) ^ (a & next[2]) ^ (next[1] & next[2])
            let one = next[7] &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ choice &+ constant &+ word
            let two = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ majority
            next = [one &+ two, a, next[1], next[2], next[3] &+ one, e, next[5], next[6]]
        }
        for index in state.indices { state[index] &+= next[index] }
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }
}
