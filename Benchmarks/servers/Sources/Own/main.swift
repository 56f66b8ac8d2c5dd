import HTTPServer
let server = try await HTTPServer(host: "127.0.0.1", port: 9701)
await server.run { _ in HTTPResponse(status: 200, headers: ["Content-Type": "text/plain"], body: Array("ok\n".utf8)) }
