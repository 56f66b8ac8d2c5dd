import HTTPServer
import Testing

/// The target of a request and its `Host` (RFC 9112, section 3.2).
@Suite(.timeLimit(.minutes(1))) struct RequestTargetTests {
    /// The status line and the body of the response to `lines`; the body shows path and query.
    private func answer(_ lines: String...) async throws -> (status: Substring?, body: Substring?) {
        let server = try await HTTPServer(host: "127.0.0.1", port: 0)
        var text = ""
        try await server.serving {
            HTTPResponse(status: 200, text: "\($0.path) \($0.query ?? "-")")
        } body: {
            text = try await server.answer(to: (lines + ["Connection: close", "\r\n"]).joined(separator: "\r\n"))
        }
        let parts = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        return (parts.first, parts.last)
    }

    @Test(arguments: [
        ("/metrics?a=b", "/metrics a=b"), ("http://host:9464/metrics?a=b", "/metrics a=b"), ("HTTP://host", "/ -"),
        ("http://host?a=b", "/ a=b"), ("http://[::1]:9464/", "/ -"), ("https://host/a?http://b/c", "/a http://b/c"),
        ("/http://host/metrics", "/http://host/metrics -"),
    ])
    func `an absolute target has the same path as one without its host`(target: String, expected: String) async throws {
        let (status, body) = try await answer("GET \(target) HTTP/1.1", "Host: host")
        #expect(status == "HTTP/1.1 200 OK")
        #expect(body == expected[...])
    }

    @Test func `a request of HTTP 1.1 has exactly one Host, and one of HTTP 1.0 need not have it`() async throws {
        #expect(try await answer("GET / HTTP/1.1").status == "HTTP/1.1 400 Bad Request")
        #expect(try await answer("GET / HTTP/1.1").body?.contains("Host") == true, "says what is missing")
        #expect(try await answer("GET / HTTP/1.1", "Host: a", "Host: b").status == "HTTP/1.1 400 Bad Request")
        #expect(try await answer("GET / HTTP/1.1", "Host:").status == "HTTP/1.1 200 OK", "may be empty")
        #expect(try await answer("GET / HTTP/1.0").status == "HTTP/1.1 200 OK")
    }
}
