import Foundation
import Glibc
import Testing

@testable import BPF
@testable import Probes

/// How many instructions this kernel's verifier processes.
///
/// If a program needs twice as many, that must be intended.
@Suite(.enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct VerifierTests {
    /// The file in which `make bench-guard` keeps what was processed on the kernel that it names.
    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Benchmarks/guard.json")

    /// The part of the file that is read here.
    private struct Record: Decodable {
        struct Groups: Decodable {
            struct Verified: Decodable {
                var figures: [String: UInt32]
            }

            var verified: Verified

            private enum CodingKeys: String, CodingKey {
                case verified = "verified instructions"
            }
        }

        var groups: Groups
    }

    /// The recorded instructions, by `OBJECT/PROGRAM`.
    private static func recorded() throws -> [String: UInt32] {
        try JSONDecoder().decode(Record.self, from: Data(contentsOf: file)).groups.verified.figures
    }

    private static func name(_ embedded: EmbeddedObject, _ program: String) -> String {
        "\(embedded.rawValue)/\(program)"
    }

    /// The programs of an object that one agent may load.
    ///
    /// One of the two for retransmits is used instead of the other on older kernels.
    private static func programs(_ embedded: EmbeddedObject) throws -> [String] {
        try Object(embedded).programs.filter { $0 != "on_retransmit_sent" }
    }

    @Test func `every program of every object is recorded`() throws {
        let found = try EmbeddedObject.allCases.flatMap { embedded in
            try Self.programs(embedded).map { Self.name(embedded, $0) }
        }
        #expect(Set(found) == Set(try Self.recorded().keys))
    }

    @Test func `no program takes twice what was recorded`() throws {
        let kernel = try KernelFeatures()
        let recorded = try Self.recorded()
        var counted: [String: UInt32] = [:]
        for embedded in EmbeddedObject.allCases {
            let programs = try Self.programs(embedded).filter { $0 != "on_retransmit" || kernel.retransmitTellsErrors }
            let object = try Object(embedded)
            try object.choose(programs)
            if embedded == .groups || embedded == .groupsInterpreted {
                for option in ["by_local_port", "by_peer_port", "by_container", "by_namespace", "with_listeners"] {
                    try object.setConstant(option, to: true)
                }
            }
            let loaded = try object.load()
            for program in programs {
                let now = try loaded.statistics(of: program).verifiedInstructions
                let name = Self.name(embedded, program)
                counted[name] = now
                guard let before = recorded[name] else { continue }
                // Kernels before 5.16 do not report it.
                #expect(now <= 2 * before, "\(name): \(before) before, \(now) now")
                #expect(now == 0 || now >= before / 2, "\(name) has shrunk: record \(now) instead of \(before)")
            }
        }
        // `make bench-guard` compares more closely.
        if let output = ProcessInfo.processInfo.environment["TCPLENS_VERIFIER_OUTPUT"] {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(counted).write(to: URL(filePath: output))
        }
    }
}
