package import Readings

/// Text written straight into memory: a line for each of 50 000 events a second leaves no time for strings.
///
/// What is generic is inlinable, as other modules would get the unspecialized code.
extension [UInt8] {
    /// Appends text.
    package mutating func append(_ text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends a number in decimal digits.
    @inlinable package mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
        append(digitsOf: UInt64(number), atLeast: 1)
    }

    /// Appends nanoseconds as seconds with nine decimals.
    package mutating func append(seconds nanoseconds: UInt64) {
        append(nanoseconds / 1_000_000_000)
        append(UInt8(ascii: "."))
        append(digitsOf: nanoseconds % 1_000_000_000, atLeast: 9)
    }

    /// Appends the decimal digits of a number, with zeros before it if it has fewer than `width`, which is 20 at most.
    @usableFromInline package mutating func append(digitsOf number: UInt64, atLeast width: Int) {
        append(addingCapacity: 20) { $0.append(digitsOf: number, atLeast: width) }
    }

    /// Appends an address, an IPv6 address as RFC 5952 wants it.
    package mutating func append(_ address: IPAddress) {
        switch address {
        case .v4(let bits):
            append(addingCapacity: 15) { text in
                for shift in stride(from: UInt32(24), through: 0, by: -8) {
                    text.append(digitsOf: UInt64(bits >> shift & 0xff), atLeast: 1)
                    if shift > 0 { text.append(UInt8(ascii: ".")) }
                }
            }
        case .v6(let upper, let lower):
            append(IPv6Groups(upper, lower))
        }
    }

    private mutating func append(_ groups: IPv6Groups) {
        let gap = groups.longestZeros
        var index = 0
        while index < 8 {
            if index == gap.lowerBound, !gap.isEmpty {
                append("::")
                index = gap.upperBound
                continue
            }
            if index > 0, index != gap.upperBound || gap.isEmpty {
                append(UInt8(ascii: ":"))
            }
            append(hexadecimal: groups[index])
            index += 1
        }
    }

    /// Appends hexadecimal digits, without zeros before them.
    private mutating func append(hexadecimal number: UInt16) {
        var isLeading = true
        for shift in stride(from: UInt16(12), through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: number >> shift & 0xf)
            isLeading = isLeading && digit == 0 && shift > 0
            if !isLeading { append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10) }
        }
    }

    /// Appends a JSON string with its quotes; bytes that are no UTF-8 are replaced.
    @inlinable package mutating func append(json bytes: some Collection<UInt8>) {
        append(UInt8(ascii: "\""))
        if bytes.allSatisfy({ (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            append(contentsOf: bytes)
        } else {
            for byte in String(decoding: bytes, as: UTF8.self).utf8 {
                append(escaped: byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    @usableFromInline mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            append(UInt8(ascii: "\\"))
            append(byte)
        case ..<0x20:
            append(byte < 0x10 ? "\\u000" : "\\u001")
            append(hexadecimal: UInt16(byte & 0xf))
        default:
            append(byte)
        }
    }
}

extension OutputSpan<UInt8> {
    /// Appends the decimal digits of a number, with zeros before it if it has fewer than `width`.
    fileprivate mutating func append(digitsOf number: UInt64, atLeast width: Int) {
        // From the last digit on, because dividing by a constant is a multiplication.
        var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
        var (first, rest) = (19, number)
        while rest >= 10 {
            let tenth = rest / 10
            digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest &- tenth &* 10)
            rest = tenth
            first -= 1
        }
        digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
        for place in min(first, 20 - width)..<20 { append(digits[place]) }
    }
}

/// The eight groups of 16 bits of an IPv6 address.
private struct IPv6Groups {
    private let upper: UInt64
    private let lower: UInt64

    init(_ upper: UInt64, _ lower: UInt64) {
        (self.upper, self.lower) = (upper, lower)
    }

    subscript(index: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: (index < 4 ? upper : lower) >> (48 - index % 4 * 16))
    }

    /// The first of the longest runs of two zeros or more; empty when there is none.
    var longestZeros: Range<Int> {
        var (longest, start) = (0..<0, 0)
        for index in 0..<8 {
            if self[index] != 0 {
                start = index + 1
            } else if index + 1 - start > Swift.max(longest.count, 1) {
                longest = start..<index + 1
            }
        }
        return longest
    }
}
