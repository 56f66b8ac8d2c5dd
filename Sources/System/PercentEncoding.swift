/// The percent-encoding of URLs (RFC 3986, section 2.1), as OpenTelemetry's variables use it.
package enum PercentEncoding {
    /// Decodes `text`: each `%XX` becomes a byte, and everything else is unchanged, even `+`.
    ///
    /// - Returns: The text; nil if an escape is malformed or the result is not UTF-8.
    package static func decode(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        // `UInt8(_:radix:)` would also accept a sign.
        Character(Unicode.Scalar(byte)).hexDigitValue.flatMap { byte < 0x80 ? UInt8($0) : nil }
    }
}
