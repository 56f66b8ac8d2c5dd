import Foundation
import FoundationNetworking
import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPServerTests {
    /// Runs a server with `handler` while `body` runs with its base URL.
    private func serve(
        host: String = "127.0.0.1",
        bodyLimit: Int = 1000,
        handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse,
        body: (URL) async throws -> Void
    ) async throws {
        let server = try await HTTPServer(host: host, port: 0, bodyLimit: bodyLimit)
        let url = try #require(URL(string: "http://\(host.contains(":") ? "[\(host)]" : host):\(server.port)"))
        await withTaskGroup { group in
            group.addTask { await server.run(handler: handler) }
            await #expect(throws: Never.self) { try await body(url) }
            group.cancelAll()
        }
    }

    private func send(_ method: String, _ url: URL, body: Data? = nil) async throws -> (Data, HTTPURLResponse) {
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body
        request.setValue("yes", forHTTPHeaderField: "X-Test")
        let (data, response) = try await URLSession.shared.data(for: request)
        return try (data, #require(response as? HTTPURLResponse))
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func `a request arrives whole and its answer too`(host: String) async throws {
        try await serve(host: host) { request in
            #expect(request.method == "POST")
            #expect(request.path == "/a/b%20c")
            #expect(request.query == "d=e?f")
            #expect(request.headers["x-test"] == "yes")
            #expect(request.peer?.isEmpty == false)
            return HTTPResponse(status: 202, headers: ["X-Answer": "1"], body: request.body.reversed())
        } body: { url in
            let target = try #require(URL(string: "\(url)/a/b%20c?d=e?f"))
            let (data, response) = try await send("POST", target, body: Data([1, 2, 3]))
            #expect(response.statusCode == 202)
            #expect(response.value(forHTTPHeaderField: "X-Answer") == "1")
            #expect(data == Data([3, 2, 1]))
        }
    }

    @Test func `a body at the limit is taken and one beyond is not`() async throws {
        try await serve(bodyLimit: 100_000) { request in
            HTTPResponse(status: 200, text: "\(request.body.count)")
        } body: { url in
            let (data, response) = try await send("POST", url, body: Data(count: 100_000))
            #expect(response.statusCode == 200)
            #expect(data == Data("100000".utf8))
            #expect(try await send("POST", url, body: Data(count: 100_001)).1.statusCode == 413)
            #expect(try await send("GET", url).0 == Data("0".utf8))
        }
    }

    @Test func `HEAD gets the header alone`() async throws {
        try await serve { _ in
            HTTPResponse(status: 200, text: "four")
        } body: { url in
            let (data, response) = try await send("HEAD", url)
            #expect(data.isEmpty)
            #expect(response.value(forHTTPHeaderField: "Content-Length") == "4")
        }
    }

    @Test func `an answer says when it was given`() async throws {
        try await serve { _ in
            HTTPResponse(status: 200)
        } body: { url in
            let start = Date().addingTimeInterval(-1)
            let text = try #require(try await send("GET", url).1.value(forHTTPHeaderField: "Date"))
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: "en_US_POSIX")
            formatter.timeZone = TimeZone(identifier: "GMT")
            formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
            let date = try #require(formatter.date(from: text))
            #expect(date >= start && date <= Date())
            #expect(formatter.string(from: date) == text)
        }
    }

    @Test func `an answer that has its own date keeps it`() async throws {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT"
        try await serve { _ in
            HTTPResponse(status: 200, headers: ["date": date])
        } body: { url in
            let (_, response) = try await send("GET", url)
            #expect(response.value(forHTTPHeaderField: "Date") == date)
        }
    }

    @Test func `requests of different connections do not wait for each other`() async throws {
        let (arrivals, arrival) = AsyncStream<Void>.makeStream()
        try await serve { request in
            if request.path == "/first" {
                // Only answered when the second request has arrived.
                for await _ in arrivals { break }
            } else {
                arrival.yield()
            }
            return HTTPResponse(status: 200)
        } body: { url in
            async let first = send("GET", url.appending(path: "first"))
            async let second = send("GET", url.appending(path: "second"))
            let statuses = try await [first, second].map(\.1.statusCode)
            #expect(statuses == [200, 200])
        }
    }

    @Test func `cancellation ends the server while a request is being answered`() async throws {
        let server = try await HTTPServer(host: "127.0.0.1", port: 0)
        let (arrivals, arrival) = AsyncStream<Void>.makeStream()
        let task = Task {
            await server.run { _ in
                arrival.yield()
                try? await Task.sleep(for: .seconds(3600))
                return HTTPResponse(status: 200)
            }
        }
        let url = try #require(URL(string: "http://127.0.0.1:\(server.port)"))
        let request = Task { try await send("GET", url) }
        for await _ in arrivals { break }
        task.cancel()
        await task.value
        _ = await request.result
        // The port is free again.
        try await HTTPServer(host: "127.0.0.1", port: server.port).close()
    }

    @Test func `an address in use is said with what to do`() async throws {
        let server = try await HTTPServer(host: "127.0.0.1", port: 0)
        let error = await #expect(throws: HTTPServerError.self) {
            try await HTTPServer(host: "127.0.0.1", port: server.port)
        }
        await server.close()
        #expect(error?.address == "127.0.0.1:\(server.port)")
        #expect(error?.description.contains("another process listens there") == true)
        #expect(error?.description.contains("choose another port") == true)
    }

    @Test(arguments: [("192.0.2.1", "not an address of this machine"), ("name.invalid", "name is not known")])
    func `an address that is not here is said`(host: String, expected: String) async throws {
        let error = await #expect(throws: HTTPServerError.self) { try await HTTPServer(host: host, port: 0) }
        #expect(error?.reason.contains(expected) == true, "\(String(describing: error))")
    }
}
