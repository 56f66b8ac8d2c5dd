import System
import Testing

/// Percent-encoded text.
@Suite struct PercentEncodingTests {
    @Test(arguments: [
        ("", ""), ("azAZ09-._~", "azAZ09-._~"), ("a b+c=d&e", "a%20b%2Bc%3Dd%26e"),
        ("{x=\"ä\"}\n", "%7Bx%3D%22%C3%A4%22%7D%0A"),
    ])
    func `text is encoded, and decoded to itself`(text: String, encoded: String) {
        #expect(PercentEncoding.encode(text) == encoded)
        #expect(PercentEncoding.decode(encoded) == text)
    }

    @Test(arguments: ["%", "%4", "%zz", "%+1", "%ff"]) func `what is malformed is not decoded`(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }
}
