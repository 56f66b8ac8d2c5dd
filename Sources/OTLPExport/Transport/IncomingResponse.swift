internal import System

/// Collects a response, within its limits.
final class IncomingResponse {
    /// The greatest size of the head in bytes; no receiver of metrics sends more.
    private static let headLimit = 128 * 1024

    /// The greatest size of the body in bytes.
    let limit: Int
    /// The limit that was exceeded, if any.
    private(set) var excess: String?
    /// Whether the head is complete, so that the receiver's decision is known even if the rest is lost.
    private(set) var isDecided = false
    /// Whether anything was received.
    var isBegun: Bool { headSize > 0 }
    /// The header `Retry-After`.
    private(set) var retryAfter: String?
    /// The header `Date`.
    private(set) var date: String?

    private var status = 0
    private var headSize = 0
    private var body: [UInt8] = []

    /// Creates a collector for a response with a body of up to `limit` bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// Adds a line of the head.
    ///
    /// Returns its size, or another number to end the transfer (`CURLOPT_HEADERFUNCTION`).
    func appendHead(_ line: UnsafeRawBufferPointer) -> Int {
        headSize += line.count
        guard headSize <= Self.headLimit else {
            excess = "the head of the response is larger than \(Self.headLimit) bytes"
            return line.count &+ 1
        }
        // Trailers may follow, which decide nothing.
        if !isDecided {
            read(unsafe String(decoding: line, as: UTF8.self).trimmed)
        }
        return line.count
    }

    /// Adds a piece of the body.
    ///
    /// Returns its size, or another number to end the transfer (`CURLOPT_WRITEFUNCTION`).
    func append(_ chunk: UnsafeRawBufferPointer) -> Int {
        guard chunk.count <= limit - body.count else {
            excess = "the response is larger than \(limit) bytes"
            return chunk.count &+ 1
        }
        unsafe body.append(contentsOf: chunk)
        return chunk.count
    }

    /// Clears everything, for the next response.
    func reset() {
        (excess, isDecided, retryAfter, date) = (nil, false, nil, nil)
        (status, headSize, body) = (0, 0, [])
    }

    /// Returns the body without keeping it.
    func takeBody() -> [UInt8] {
        defer { body = [] }
        return body
    }

    private func read(_ line: Substring) {
        if line.isEmpty {
            // An interim response, such as `100 Continue`, has its own head.
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
