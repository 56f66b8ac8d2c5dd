internal import CZlib

/// Why bytes could not be compressed or decompressed.
package enum GzipError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The output would be larger than this limit in bytes.
    case tooLarge(limit: Int)
    /// The input is not gzip, is damaged, or ends too early; the text is zlib's reason.
    case malformed(String)
    /// zlib failed, usually for lack of memory; the number is its error code.
    case failed(code: Int32)

    /// One line for people.
    package var description: String {
        switch self {
        case .tooLarge(let limit): "more than \(limit) bytes of data"
        case .malformed(let reason): "not gzip data: \(reason)"
        case .failed(let code): "zlib failed with code \(code)"
        }
    }
}

/// The gzip format (RFC 1952), by the system's zlib.
package enum Gzip {
    /// zlib's largest window (2^15 bytes), plus 16 for the gzip format instead of its own.
    private static let windowBits: Int32 = 15 + 16

    /// The level of compression, from 1 to 9.
    ///
    /// Of a request with 2200 points, level 3 leaves 18 % more bytes than zlib's default, 6, in less than half of the
    /// time, which was most of what an export cost. Levels 1 and 2 take hardly less time.
    private static let level: Int32 = 3

    /// Compresses `bytes`.
    ///
    /// - Throws: ``GzipError``; for inputs over 1 GiB ``GzipError/tooLarge(limit:)``, since zlib counts in 32 bits.
    package static func compress(_ bytes: [UInt8]) throws(GzipError) -> [UInt8] {
        guard bytes.count <= largestInput else { throw .tooLarge(limit: largestInput) }
        let stream = unsafe newStream()
        defer { unsafe stream.deallocate() }
        let code = unsafe CZlib_deflateInit2(stream, level, windowBits)
        guard code == Z_OK else { throw .failed(code: code) }
        defer { unsafe deflateEnd(stream) }

        var input = bytes[...]
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkSize)
        while true {
            let step = unsafe step(stream, from: input, into: &chunk) { unsafe deflate(stream, Z_FINISH) }
            input = input.dropFirst(step.consumed)
            output += chunk[..<step.produced]
            switch step.code {
            case Z_STREAM_END: return output.withoutSpareMemory
            case Z_OK where step.produced > 0: break
            default: throw .failed(code: step.code)
            }
        }
    }

    /// Decompresses all members of `bytes`, without ever holding more than `limit` bytes of output and a few KiB.
    ///
    /// - Throws: ``GzipError``; ``GzipError/tooLarge(limit:)`` as soon as the output passes `limit`.
    package static func decompress(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
        guard bytes.count <= largestInput else { throw .tooLarge(limit: largestInput) }
        let stream = unsafe newStream()
        defer { unsafe stream.deallocate() }
        let code = unsafe CZlib_inflateInit2(stream, windowBits)
        guard code == Z_OK else { throw .failed(code: code) }
        defer { unsafe inflateEnd(stream) }

        var input = bytes[...]
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkSize)
        while true {
            let step = unsafe step(stream, from: input, into: &chunk) { unsafe inflate(stream, Z_NO_FLUSH) }
            input = input.dropFirst(step.consumed)
            guard step.produced <= limit - output.count else { throw .tooLarge(limit: limit) }
            output += chunk[..<step.produced]
            switch step.code {
            case Z_STREAM_END where input.isEmpty: return output
            // Another member follows (RFC 1952, section 2.2).
            case Z_STREAM_END: unsafe inflateReset(stream)
            case Z_OK where step.consumed > 0 || step.produced > 0: break
            case Z_OK, Z_BUF_ERROR: throw .malformed("it ends too early")
            case Z_MEM_ERROR: throw .failed(code: step.code)
            default: throw .malformed(unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "damaged")
            }
        }
    }

    private static let largestInput = 1 << 30

    /// How many bytes of output are taken from zlib at once.
    private static let chunkSize = 32 * 1024

    /// A stream at a fixed address, which zlib requires because it keeps a pointer to it.
    private static func newStream() -> UnsafeMutablePointer<z_stream> {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        return unsafe stream
    }

    private struct Step {
        var code: Int32
        var consumed: Int
        var produced: Int
    }

    /// Calls zlib once; the pointers into `input` and `output` that `stream` has meanwhile are removed afterwards.
    private static func step(
        _ stream: UnsafeMutablePointer<z_stream>,
        from input: ArraySlice<UInt8>,
        into output: inout [UInt8],
        call: () -> Int32
    ) -> Step {
        unsafe input.withUnsafeBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(clamping: input.count)
                unsafe stream.pointee.next_out = output.baseAddress
                unsafe stream.pointee.avail_out = UInt32(clamping: output.count)
                defer {
                    unsafe stream.pointee.next_in = nil
                    unsafe stream.pointee.next_out = nil
                }
                return unsafe Step(
                    code: call(),
                    consumed: input.count - Int(stream.pointee.avail_in),
                    produced: output.count - Int(stream.pointee.avail_out)
                )
            }
        }
    }
}

extension [UInt8] {
    /// The same bytes in an array that has no room for many more.
    ///
    /// They may wait in a queue whose size is counted by what is in it.
    fileprivate var withoutSpareMemory: [UInt8] {
        guard capacity > count + count / 8 else { return self }
        return unsafe withUnsafeBufferPointer { unsafe Array($0) }
    }
}
