import HTTPServer
import TestSupport
import Testing

@testable import OTLPExport
@testable import Pipeline

@Suite struct ResponseClassificationTests {
    private func classify(_ response: HTTPResponse) -> ResponseClassification {
        let type = response.headers["Content-Type"]
        return ResponseClassification(.init(status: response.status, contentType: type, body: response.body))
    }

    @Test(arguments: [200, 202, 204, 299])
    func `any 2xx is success (conformance 56)`(status: Int) {
        #expect(classify(HTTPResponse(status: status)) == .success(status: status, warning: nil))
    }

    @Test(arguments: [429, 502, 503, 504])
    func `four statuses may be retried (conformance 59)`(status: Int) {
        let problem = ExportProblem(failure: .status(status), reason: "HTTP \(status): busy", hint: nil)
        #expect(classify(.failure(status, message: "busy")) == .failure(problem, .soon(retryAfter: nil)))
    }

    @Test(arguments: [301, 302, 307, 400, 401, 403, 404, 405, 408, 413, 415, 431, 500, 501, 505, 599])
    func `no other status may be retried (conformance 59)`(status: Int) throws {
        guard case .failure(let problem, .never) = classify(.failure(status, message: "no")) else {
            Issue.record("\(status) is not permanent")
            return
        }
        #expect(problem.failure == .status(status))
        #expect(problem.reason == "HTTP \(status): no")
    }

    @Test(arguments: [
        (nil, "", true, true), (nil, "", false, false), ("text/plain", "bad metrics", true, false),
        ("text/html", "The plain HTTP request was sent to HTTPS port", true, true),
    ])
    func `a plain request to a port for TLS is known`(type: String?, text: String, isPlain: Bool, isKnown: Bool) {
        let response = HTTPClient.Response(status: 400, contentType: type, body: Array(text.utf8), isPlain: isPlain)
        guard case .failure(let problem, .never) = ResponseClassification(response) else {
            Issue.record("400 is not permanent")
            return
        }
        #expect((problem.hint?.contains("https://") == true) == isKnown)
    }

    @Test(arguments: ["application/x-protobuf", "Application/X-Protobuf; charset=x", "application/protobuf"])
    func `a partial success counts what was rejected`(type: String) {
        var response = HTTPResponse.partialSuccess(rejected: 3, message: "too old")
        response.headers = ["Content-Type": type]
        #expect(classify(response) == .partialSuccess(status: 200, rejected: 3, message: "too old"))
    }

    @Test func `a partial success that rejects nothing is a warning, or nothing (conformance 57)`() {
        let warned = classify(.partialSuccess(rejected: 0, message: "slow down"))
        #expect(warned == .success(status: 200, warning: "slow down"))
        #expect(classify(.partialSuccess(rejected: 0, message: "")) == .success(status: 200, warning: nil))
    }

    @Test func `a success with a body of another type is a full success (conformance 56)`() {
        #expect(classify(HTTPResponse(status: 200, text: "OK")) == .success(status: 200, warning: nil))
    }

    @Test func `a success with a damaged body is a success with a warning`() {
        var response = HTTPResponse.accepted
        response.body = [0x0A, 0xFF]
        guard case .success(200, .some) = classify(response) else {
            Issue.record("\(classify(response))")
            return
        }
    }

    @Test func `a receiver's text is quoted on one line and bounded; a page of HTML is not (conformance 58)`() throws {
        let text = HTTPResponse(status: 415, text: "no\r\nFake: log \u{1B}[2J" + String(repeating: "x", count: 1000))
        guard case .failure(let problem, .never) = classify(text) else { return }
        #expect(problem.reason.hasPrefix("HTTP 415: no\\u{d}\\u{a}Fake: log \\u{1b}[2J"))
        #expect(problem.reason.count < 400)
        var page = HTTPResponse(status: 500, text: "<html>")
        page.headers = ["Content-Type": "text/html"]
        #expect(classify(page) == .failure(.init(failure: .status(500), reason: "HTTP 500", hint: nil), .never))
    }

    @Test(arguments: [404, 405])
    func `a wrong path gets a hint about the path`(status: Int) {
        guard case .failure(let problem, .never) = classify(HTTPResponse(status: status, text: "")) else { return }
        #expect(problem.hint?.contains("v1/metrics") == true)
    }
}
