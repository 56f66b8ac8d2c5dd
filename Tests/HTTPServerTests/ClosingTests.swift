import HTTPServer
import NIOCore
import Testing

/// When a server closes, and what it sends before (RFC 9112, section 9.6); by raw connections.
@Suite(.timeLimit(.minutes(1))) struct ClosingTests {
    /// Everything that a server sends for `text` until it closes, and the time.
    private func answer(to text: String, isHalfClosed: Bool = false) async throws -> Answer {
        let server = try await HTTPServer(host: "127.0.0.1", port: 0, bodyLimit: 10)
        var answer = Answer()
        try await server.serving {
            let start = ContinuousClock.now
            answer.text = try await server.answer(to: text, isHalfClosed: isHalfClosed)
            // An idle connection is closed after a minute.
            answer.isPrompt = ContinuousClock.now - start < .seconds(20)
        }
        return answer
    }

    private struct Answer {
        var text = ""
        var isPrompt = false
        var statuses: [Substring] {
            text.matches(of: #/HTTP/1\.1 (\d{3}) /#).map(\.1)
        }
    }

    @Test(arguments: [
        "G@T / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "\u{16}\u{3}\u{1}",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ])
    func `what is no request is answered once, with words, and closed`(text: String) async throws {
        let answer = try await answer(to: text)
        #expect(answer.statuses == ["400"])
        #expect(answer.text.contains("Connection: close\r\n"))
        #expect(answer.text.hasSuffix("not an HTTP/1.1 request.\n"))
        #expect(answer.isPrompt)
    }

    @Test(arguments: ["0.9", "2.0", "3.0"])
    func `another version is answered once`(version: String) async throws {
        let answer = try await answer(to: "GET / HTTP/\(version)\r\n\r\n")
        #expect(answer.statuses == ["505"])
        #expect(answer.text.hasSuffix("This server speaks HTTP/1.1.\n"))
        #expect(answer.isPrompt)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: 4_000_000))\r\n\r\n",
        "GET /\(String(repeating: "x", count: 4_000_000)) HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\n\(String(repeating: "X: x\r\n", count: 300))\r\n",
    ])
    func `a header that is too large is named, also to who is still sending it`(text: String) async throws {
        let answer = try await answer(to: text)
        #expect(answer.statuses == ["431"])
        #expect(answer.text.hasSuffix("The header or the target is too large.\n"))
        #expect(answer.isPrompt)
    }

    @Test(arguments: [
        ("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 11\r\n\r\n12345678901", "413"),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "400"), ("GET / HTTP/1.0\r\n\r\n", "200"),
    ])
    func `who wants no further answer gets none, whatever follows`(text: String, status: Substring) async throws {
        let answer = try await answer(to: text + "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(answer.statuses == [status])
        #expect(answer.text.contains("Connection: close\r\n"))
        #expect(answer.isPrompt)
    }

    @Test(arguments: [
        ("GET / HTTP/1.0\r\n\r\n", ["200"]), ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", ["200"]),
        (String(repeating: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", count: 3), ["200", "200", "200"]),
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET", ["200", "400"]),
        ("", []), ("GET", ["400"]), ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n1", ["400"]),
    ])
    func `who has said that nothing more comes is answered, and closed`(
        text: String,
        statuses: [Substring]
    ) async throws {
        let answer = try await answer(to: text, isHalfClosed: true)
        #expect(answer.statuses == statuses)
        #expect(answer.isPrompt)
    }

    @Test func `an answer that takes its time is not cut off`() async throws {
        let length = 20_000_000
        let server = try await HTTPServer(host: "127.0.0.1", port: 0)
        try await server.serving { _ in
            HTTPResponse(status: 200, body: Array(repeating: UInt8(ascii: "x"), count: length))
        } body: {
            let conversation = try await server.conversation()
            try await conversation.channel.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let start = await conversation.text(until: "")
            try await conversation.channel.close(mode: .output)
            // Not byte by byte, which would take seconds.
            let size = await start.utf8.count + conversation.text().utf8.count
            let head = (start.firstRange(of: "\r\n\r\n")?.upperBound).map { start[..<$0].utf8.count }
            #expect(size == length + (head ?? 0))
            try? await conversation.channel.close()
        }
    }

    @Test func `a request that would become another protocol is answered, and the next one is not waited for`()
        async throws
    {
        let upgrade = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
        let answer = try await answer(to: upgrade)
        #expect(answer.statuses == ["200"])
        #expect(answer.text.contains("Connection: close\r\n"))
        #expect(answer.isPrompt)
    }
}
