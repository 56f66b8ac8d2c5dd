internal import System

/// A response as it comes in, within its limits.
final class IncomingResponse {
    /// The greatest number of bytes of the head; more is no receiver of metrics.
    private static let headLimit = 128 * 1024

    /// The greatest number of bytes of the body.
    let limit: Int
    /// Which limit was passed, if one was.
    private(set) var excess: String?
    /// Whether everything up to the body is there, so that the receiver has decided, whatever becomes of its words.
    private(set) var isDecided = false
    /// Whether anything of it is there.
    var isBegun: Bool { headSize > 0 }
    /// The header `Retry-After`.
    private(set) var retryAfter: String?
    /// The header `Date`.
    private(set) var date: String?

    private var status = 0
    private var headSize = 0
    private var body: [UInt8] = []

    /// Expects a response with a body of up to `limit` bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// Takes one line of the head in and returns its size, or something else to end the transfer
    /// (`CURLOPT_HEADERFUNCTION`).
    func appendHead(_ line: UnsafeRawBufferPointer) -> Int {
        headSize += line.count
        guard headSize <= Self.headLimit else {
            excess = "the head of the response is larger than \(Self.headLimit) bytes"
            return line.count &+ 1
        }
        // After the head come trailers, which decide nothing.
        if !isDecided {
            read(unsafe String(decoding: line, as: UTF8.self).trimmed)
        }
        return line.count
    }

    /// Takes a piece of the body in and returns its size, or something else to end the transfer
    /// (`CURLOPT_WRITEFUNCTION`).
    func append(_ chunk: UnsafeRawBufferPointer) -> Int {
        guard chunk.count <= limit - body.count else {
            excess = "the response is larger than \(limit) bytes"
            return chunk.count &+ 1
        }
        unsafe body.append(contentsOf: chunk)
        return chunk.count
    }

    /// Forgets everything, for the next response.
    func reset() {
        (excess, isDecided, retryAfter, date) = (nil, false, nil, nil)
        (status, headSize, body) = (0, 0, [])
    }

    /// The body, which is not kept.
    func takeBody() -> [UInt8] {
        defer { body = [] }
        return body
    }

    private func read(_ line: Substring) {
        if line.isEmpty {
            // An interim response, as `100 Continue`, has a head of its own.
            isDecided = status >= 200
        } else if line.hasPrefix("HTTP/") {
            let words = line.split(separator: " ", maxSplits: 2)
            status = words.count > 1 ? Int(words[1]) ?? 0 : 0
            (retryAfter, date) = (nil, nil)
        } else if let colon = line.firstIndex(of: ":") {
            let value = String(line[line.index(after: colon)...].trimmed)
            switch line[..<colon].lowercased() {
            case "retry-after": retryAfter = value
            case "date": date = value
            default: break
            }
        }
    }
}
