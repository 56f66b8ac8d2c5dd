/// The body of a response as it comes in.
final class ResponseBody {
    let limit: Int
    private(set) var isTooLarge = false
    private var bytes: [UInt8] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes `chunk` in and returns its size, or something else to end the transfer (`CURLOPT_WRITEFUNCTION`).
    func append(_ chunk: UnsafeRawBufferPointer) -> Int {
        guard chunk.count <= limit - bytes.count else {
            isTooLarge = true
            return chunk.count &+ 1
        }
        unsafe bytes.append(contentsOf: chunk)
        return chunk.count
    }

    func reset() {
        isTooLarge = false
        bytes = []
    }

    func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
}
