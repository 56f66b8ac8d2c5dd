import CommandSupport
import Findings
import Foundation
import HTTPServer
import Testing

@testable import Explain

/// Answers of backends, good and bad.
@Suite struct BackendTests {
    private func message(_ error: any Error) -> String { (error as? Failure)?.message ?? "\(error)" }

    private static func answer(_ status: Int, _ text: String, _ type: String = "application/json") -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": type], body: Array(text.utf8))
    }

    @Test(arguments: [
        (
            answer(200, "<html>Welcome</html>", "text/html"),
            "this is no PromQL API: no JSON of Prometheus at /api/v1/query, but status 200 and text/html"
        ),
        (answer(404, "404 page not found", "text/plain"), "this is no PromQL API"),
        (answer(200, "{\"status\":\"success\""), "this is no PromQL API"),
        (answer(200, "[]"), "this is no PromQL API"),
        (answer(200, String(repeating: "[", count: 100_000)), "this is no PromQL API"),
        (answer(401, "no"), "it wants other credentials (status 401): put user and password into the URL"),
        (answer(403, "{\"status\":\"error\",\"error\":\"x\"}"), "it wants other credentials (status 403)"),
        (answer(302, ""), "it points elsewhere (status 302)"),
        (answer(429, ""), "it is too busy (status 429)"),
        (answer(503, "starting"), "it is too busy (status 503)"),
        (
            answer(400, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"1:2\\u001b[31m oops\"}"),
            "it refuses a query (bad_data): 1:2\\u{1b}[31m oops"
        ),
        (
            answer(200, "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}"),
            "it answers with a matrix"
        ),
        (
            answer(
                200,
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":[1,\"0x10\"]}]}}"
            ), "this is no PromQL API"
        ),
        (
            answer(200, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}"),
            "it does not know the time"
        ),
    ])
    func `each bad answer is a line that says what to do`(response: HTTPResponse, text: String) async throws {
        let answer = { @Sendable (_: HTTPRequest) in response }
        try await FakeBackend.run(answering: answer) { url in
            let client = try BackendClient(url, environment: [:])
            let error = #expect(throws: Failure.self) {
                try ExplainRequest().explain(client, TimeSpan(length: 60, baseline: 0))
            }
            let message = error?.message ?? ""
            #expect(message.hasPrefix("\(url): \(text)"), "\(message)")
            #expect(!message.contains("\n") && message.count < 500)
            #expect(error?.status == Failure.failed)
        }
    }

    @Test func `an answer that is too large, late or missing is a line`() async throws {
        let body = [UInt8](repeating: UInt8(ascii: " "), count: 17 << 20)
        let large = { @Sendable (_: HTTPRequest) in HTTPResponse(status: 200, headers: [:], body: body) }
        try await FakeBackend.run(answering: large) { url in
            let client = try BackendClient(url, environment: [:])
            let error = #expect(throws: Failure.self) { try client.rows("1", at: nil) }
            #expect(
                error?.message
                    == "\(url): the response is larger than 16777216 bytes. Ask for less: --host or --service"
            )
        }
        let nobody = try BackendClient("http://127.0.0.1:1", environment: [:])
        let error = #expect(throws: Failure.self) { try nobody.rows("1", at: nil) }
        #expect(
            error?.message.hasSuffix("Is a backend listening there, such as Prometheus? --backend is its URL") ?? false
        )
        try await FakeBackend.run(
            answering: { _ in
                Thread.sleep(forTimeInterval: 1)
                return FakeBackend.response([])
            },
            body: { url in
                let client = try BackendClient(url, environment: [:], timeout: .milliseconds(200))
                let error = #expect(throws: Failure.self) { try client.rows("1", at: nil) }
                #expect(error?.message.contains("Is it very busy?") ?? false, "\(error?.message ?? "")")
            }
        )
    }

    @Test func `secrets are sent and never shown`() async throws {
        try await FakeBackend.run(
            answering: { request in
                // dXNlcjpzZWNyZXQ= is user:secret in Base64.
                let isKnown =
                    request.headers["Authorization"] == "Basic dXNlcjpzZWNyZXQ=" && request.headers["X-Scope"] == "a b"
                return isKnown ? FakeBackend.response([([:], "1")]) : BackendTests.answer(401, "secret")
            },
            body: { url in
                let secret = url.replacing("http://", with: "http://user:secret@")
                let headers = ["TCPLENS_BACKEND_HEADERS": "X-Scope=a%20b"]
                let rows = try BackendClient(secret, environment: headers).rows("1", at: nil)
                #expect(rows.count == 1)
                let error = #expect(throws: Failure.self) {
                    try BackendClient(secret, environment: [:]).rows("1", at: nil)
                }
                #expect(error?.message.hasPrefix("\(url): it wants other credentials") ?? false)
            }
        )
    }

    @Test(arguments: ["localhost:9090", "ftp://x", "", "http://", "http://user:p/w@x", "http://x:0"])
    func `a bad URL is wrong usage, and its secrets are not shown`(url: String) {
        let error = #expect(throws: Failure.self) { try BackendClient(url, environment: [:]) }
        #expect(error?.status == Failure.usage)
        #expect(error?.message.hasPrefix("--backend ") ?? false)
        #expect(!(error?.message.contains("p/w") ?? true))
    }

    @Test func `NaN and infinity are read`() throws {
        let text = ["NaN", "+Inf", "-Inf", "1e3", "-0.5"].map { "{\"metric\":{},\"value\":[1.5,\"\($0)\"]}" }
        let json =
            "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[\(text.joined(separator: ","))]}}"
        let rows = try #require(PromQLAnswer.read(Array(json.utf8))?.data?.result)
        #expect(rows[0].value.isNaN && rows[0].time == 1.5)
        #expect(rows.dropFirst().map(\.value) == [.infinity, -.infinity, 1000, -0.5])
    }
}
