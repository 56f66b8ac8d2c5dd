import CommandSupport
import Foundation
import Glibc
import Resource
import Testing

@testable import OTLPExport
@testable import Settings

/// Files of settings to which other users can write are not used, unless that is allowed.
@Suite struct WritableFileTests {
    /// How a file is named.
    enum Place: String, CaseIterable {
        case option = "--config"
        case variable = "OTEL_CONFIG_FILE"
        case certificate = "OTEL_EXPORTER_OTLP_CERTIFICATE"
        case clientCertificate = "OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE"
        case clientKey = "OTEL_EXPORTER_OTLP_CLIENT_KEY"
    }

    /// Nobody's user ID.
    private static let stranger: uid_t = 61_234

    /// Reads settings for which a file is used.
    private static func settings(
        _ file: URL,
        at place: Place,
        _ environment: [String: String] = [:],
        isAllowed: Bool = false
    ) throws -> RunSettings {
        var options = RunSettings.Options(allowsWritableFiles: isAllowed)
        var environment = environment
        if place == .option { options.file = file.path } else { environment[place.rawValue] = file.path }
        return try SettingsSource(options: options, machine: Machine(environment: environment) { _ in nil }).settings()
    }

    /// Makes a configuration file for the time of `body`.
    private static func withFile(_ mode: mode_t, of owner: uid_t = geteuid(), _ body: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tcplens-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "tcplens.yaml")
        try #"file_format: "1.1""#.write(to: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: Int(mode)], ofItemAtPath: file.path)
        try FileManager.default.setAttributes([.ownerAccountID: Int(owner)], ofItemAtPath: file.path)
        try body(file)
    }

    @Test(arguments: Place.allCases, [0o664, 0o646, 0o622] as [mode_t])
    func `a file that others can change is refused`(place: Place, mode: mode_t) throws {
        try Self.withFile(mode) { file in
            let failure = try #require(throws: Failure.self) { try Self.settings(file, at: place) }
            #expect(failure.status == Failure.usage)
            let who = mode & 0o020 != 0 ? "its group" : "everybody"
            #expect(failure.message.hasPrefix("\(file.path): \(who)"))
            #expect(failure.message.contains("chmod go-w \(file.path)"))
        }
    }

    @Test(.enabled(if: geteuid() == 0), arguments: Place.allCases)
    func `a file of another user is refused, except of the one who became root by sudo`(place: Place) throws {
        try Self.withFile(0o600, of: Self.stranger) { file in
            let failure = try #require(throws: Failure.self) { try Self.settings(file, at: place) }
            #expect(failure.message.contains("user \(Self.stranger) can change it"))
            #expect(failure.message.contains("run 'chown 0 \(file.path)'"))
            _ = try Self.settings(file, at: place, ["SUDO_UID": "\(Self.stranger)"])
            #expect(throws: Failure.self) { try Self.settings(file, at: place, ["SUDO_UID": "7"]) }
        }
    }

    @Test(arguments: Place.allCases)
    func `it is used if that is allowed`(place: Place) throws {
        try Self.withFile(0o666) { file in
            _ = try Self.settings(file, at: place, isAllowed: true)
            let settings = try Self.settings(file, at: place, ["TCPLENS_ALLOW_WRITABLE_FILES": "true"])
            #expect(!settings.warnings.contains { $0.contains("TCPLENS_ALLOW") })
            #expect(throws: Failure.self) { try Self.settings(file, at: place, ["TCPLENS_ALLOW_WRITABLE_FILES": "0"]) }
        }
    }

    @Test(arguments: Place.allCases, [0o644, 0o600, 0o444] as [mode_t])
    func `a file of one's own is used, whoever may read it`(place: Place, mode: mode_t) throws {
        try Self.withFile(mode) { file in _ = try Self.settings(file, at: place) }
    }

    @Test func `a link is followed, and a file that is not used is not looked at`() throws {
        try Self.withFile(0o666) { file in
            let link = file.deletingLastPathComponent().appending(path: "link.yaml")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
            #expect(throws: Failure.self) { try Self.settings(link, at: .option) }
            _ = try Self.settings(file, at: .clientKey, ["OTEL_METRICS_EXPORTER": "console"])
        }
    }

    @Test func `one that is named in the file is refused as well`() throws {
        try Self.withFile(0o600) { file in
            let key = file.deletingLastPathComponent().appending(path: "key.pem")
            try "".write(to: key, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o660], ofItemAtPath: key.path)
            try """
            file_format: "1.1"
            meter_provider:
              readers:
                - periodic:
                    exporter:
                      otlp_http: {tls: {key_file: \(key.path), cert_file: \(key.path)}}
            """.write(to: file, atomically: false, encoding: .utf8)
            let failure = try #require(throws: Failure.self) { try Self.settings(file, at: .option) }
            #expect(failure.message.contains("key.pem: its group can change it"))
        }
    }
}
