import CommandSupport
import Foundation
import Glibc
import Testing

@testable import Explain

/// The files that requests to a backend need.
@Suite struct BackendFileTests {
    @Test(
        arguments: ["TCPLENS_BACKEND_CERTIFICATE", "TCPLENS_BACKEND_CLIENT_CERTIFICATE", "TCPLENS_BACKEND_CLIENT_KEY"]
    )
    func `one that others can change is refused, unless that is allowed`(variable: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "tcplens-\(UUID()).pem")
        try "".write(to: file, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        try FileManager.default.setAttributes([.posixPermissions: 0o662], ofItemAtPath: file.path)
        let failure = try #require(throws: Failure.self) {
            _ = try BackendClient("https://localhost", environment: [variable: file.path])
        }
        #expect(failure.status == Failure.usage)
        #expect(failure.message.hasPrefix("\(variable) \(file.path): its group, everybody can change it"))
        _ = try BackendClient(
            "https://localhost",
            environment: [variable: file.path, "TCPLENS_ALLOW_WRITABLE_FILES": "true"]
        )
    }
}
