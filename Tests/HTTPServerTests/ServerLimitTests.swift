import HTTPServer
import NIOCore
import Testing

/// What a server bears from clients that mean no good; by raw connections.
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

    @Test func `one connection too many is closed at once, and the next is welcome when another has gone`() async throws
    {
        let server = try await HTTPServer(host: "127.0.0.1", port: 0, connectionLimit: 1)
        try await server.serving {
            let first = try await server.connect()
            try await server.connect().closeFuture.get()
            #expect(first.isActive)
            try await first.close()
            // The server may hear of that a moment later, and until then close the connection before or after the request.
            while (try? await server.answer(to: request))?.hasSuffix("here") != true {}
        }
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
        // And what it had taken already is free again.
        try await HTTPServer(host: "127.0.0.1", port: other.port).close()
        await other.close()
    }
}
