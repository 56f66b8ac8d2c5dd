import HTTPServer
import Testing

@Suite struct HTTPPagesTests {
    private let pages = HTTPPages([
        "/a": { _ in HTTPResponse(status: 200, text: "A") }, "/b": { _ in HTTPResponse(status: 503) },
    ])

    @Test(arguments: ["GET", "HEAD"])
    func `a page is read`(method: String) async {
        #expect(await pages.answer(HTTPRequest(method: method, path: "/a")).body == Array("A".utf8))
        #expect(await pages.answer(HTTPRequest(method: method, path: "/b", query: "x=1")).status == 503)
    }

    @Test(arguments: ["/", "/A", "/a/", "/ab", "//a", ""])
    func `another path is not found, and what there is is said`(path: String) async {
        let response = await pages.answer(HTTPRequest(method: "GET", path: path))
        #expect(response.status == 404)
        #expect(String(decoding: response.body, as: UTF8.self).contains("/a /b"))
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "get"])
    func `a page is not written to`(method: String) async {
        let response = await pages.answer(HTTPRequest(method: method, path: "/a"))
        #expect(response.status == 405)
        #expect(response.headers["Allow"] == "GET, HEAD")
    }

    @Test func `the server as a whole says what may be asked of it`() async {
        let response = await pages.answer(HTTPRequest(method: "OPTIONS", path: "*"))
        #expect(response.status == 200)
        #expect(response.headers["Allow"] == "GET, HEAD, OPTIONS")
        #expect(response.body.isEmpty)
        #expect(await pages.answer(HTTPRequest(method: "GET", path: "*")).status == 404)
    }
}
