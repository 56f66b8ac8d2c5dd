/// The read-only pages of a server, by path.
package struct HTTPPages: Sendable {
    private let pages: [String: @Sendable (HTTPRequest) async -> HTTPResponse]

    /// Creates pages; each answers GET and HEAD on its path.
    package init(_ pages: [String: @Sendable (HTTPRequest) async -> HTTPResponse]) {
        self.pages = pages
    }

    /// Answers `request`: with its page, with 404 if there is none, and with 405 to methods other than GET and HEAD.
    ///
    /// `OPTIONS *` asks for the methods that are allowed for any page (RFC 9110, section 9.3.7).
    package func answer(_ request: HTTPRequest) async -> HTTPResponse {
        if request.method == "OPTIONS", request.path == "*" {
            return HTTPResponse(status: 200, headers: ["Allow": "GET, HEAD, OPTIONS"])
        }
        guard let page = pages[request.path] else {
            let paths = pages.keys.sorted().joined(separator: " ")
            return HTTPResponse(status: 404, text: "There is nothing here. Available: \(paths)\n")
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            return HTTPResponse(
                status: 405,
                headers: ["Allow": "GET, HEAD", "Content-Type": "text/plain; charset=utf-8"],
                body: Array("This can only be read: GET or HEAD.\n".utf8)
            )
        }
        return await page(request)
    }
}
