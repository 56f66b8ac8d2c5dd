import HTTPServer
import NIOCore
import Synchronization
import Testing

/// Malicious clients; by raw connections.
@Suite(.timeLimit(.minutes(1))) struct ServerLimitTests {
    private let request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    @Test func `a request that does not come to its end is not waited for`() async throws {
        let server = try await HTTPServer(host: "127.0.0.1", port: 0, requestLimit: .milliseconds(100))
        try await server.serving {
            let channel = try await server.connect()
            try await channel.send("GET / HTTP/1.1\r\nHost: x\r\n")
            // An idle connection would be closed after a minute, which is this test's limit.
            try await channel.closeFuture.get()
        }
    }

    @Test func `a client that asks again and again and reads nothing has one response made at a time`() async throws {
        let server = try await HTTPServer(host: "127.0.0.1", port: 0)
        let asked = Mutex(0)
        // More than both ends of a connection have room for.
        let page = String(repeating: "page", count: 2 << 20)
        try await server.serving { _ in
            asked.withLock { $0 += 1 }
            return HTTPResponse(status: 200, text: page)
        } body: {
            let channel = try await server.connect()
            try await channel.setOption(.autoRead, value: false).get()
            try await channel.send(String(repeating: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", count: 500))
            // Each answered request lets the server come to the next one, if it does so at all.
            for _ in 0..<20 { _ = try await server.answer(to: request) }
            #expect(asked.withLock { $0 } <= 20 + 2)
            try await channel.close()
        }
    }

    @Test func `one connection too many takes the place of the one that has been idle longest`() async throws {
        let server = try await HTTPServer(host: "127.0.0.1", port: 0, connectionLimit: 2)
        try await server.serving {
            let (first, second) = (try await server.conversation(), try await server.conversation())
            try await first.ask()
            try await second.ask()
            try await first.ask()
            #expect(try await server.answer(to: request).hasSuffix("here"))
            #expect(await second.text().isEmpty, "closed")
            #expect(first.channel.isActive)
            try await first.ask()
        }
    }

    @Test func `one connection too many is closed at once when all others are busy, which is told once`() async throws {
        let (arrivals, arrival) = AsyncStream<Void>.makeStream()
        let (releases, release) = AsyncStream<Void>.makeStream()
        let refusals = Mutex<[String]>([])
        let server = try await HTTPServer(host: "127.0.0.1", port: 0, connectionLimit: 1) { refusal in
            refusals.withLock { $0.append("\(refusal)") }
        }
        try await server.serving { request in
            if request.path == "/slow" {
                arrival.yield()
                for await _ in releases { break }
            }
            return HTTPResponse(status: 200, text: "here")
        } body: {
            let busy = try await server.conversation()
            try await busy.channel.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            for await _ in arrivals { break }
            for _ in 0..<3 {
                try await server.connect().closeFuture.get()
            }
            release.yield()
            #expect(await busy.text(until: "here").hasSuffix("here"))
            #expect(try await server.answer(to: request).hasSuffix("here"), "the busy one is idle now, and makes room")
        }
        #expect(refusals.withLock { $0 } == ["closed a connection, because all 1 that are allowed are busy"])
    }

    @Test(arguments: ["127.0.0.1", "::1"])
    func `localhost is both loopback addresses`(host: String) async throws {
        let server = try await HTTPServer(host: "localhost", port: 0)
        try await server.serving {
            let answer = try await server.answer(to: request, host: host)
            #expect(answer.hasSuffix("here"))
        }
    }

    @Test func `localhost is in use when one of its addresses is`() async throws {
        let other = try await HTTPServer(host: "::1", port: 0)
        await #expect(throws: HTTPServerError.self) { try await HTTPServer(host: "localhost", port: other.port) }
        // The address that it had already bound is free again.
        try await HTTPServer(host: "127.0.0.1", port: other.port).close()
        await other.close()
    }
}
