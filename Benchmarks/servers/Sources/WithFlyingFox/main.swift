import FlyingFox
let server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: 9701))
await server.appendRoute("/metrics") { _ in HTTPResponse(statusCode: .ok, body: Array("ok\n".utf8).withUnsafeBytes { .init($0) }) }
try await server.run()
