import System
import Testing

@Suite struct ByteCountTests {
    @Test(
        arguments: [
            ("65536", 65_536), ("64KiB", 65_536), ("64 KiB", 65_536), ("8M", 1 << 23), ("8MB", 8_000_000),
            ("1GiB", 1 << 30),
            ("3kB", 3000), ("7B", 7), ("0", 0),
        ]
    )
    func `a number of bytes is read with its unit`(text: String, bytes: Int) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test(arguments: ["", "MiB", "-1", "+1", "1.5M", "8 MiBs", "0x10", "99999999999999999999", "9999999999999999G"])
    func `what is no number of bytes is refused`(text: String) {
        #expect(ByteCount(text) == nil)
    }

    @Test(arguments: [(1 << 23, "8 MiB"), (1536, "1536 B"), (3 << 30, "3 GiB"), (2048, "2 KiB"), (0, "0 B")])
    func `it is told in the largest unit in which it is whole`(bytes: Int, text: String) {
        #expect(ByteCount(bytes).description == text)
    }
}
