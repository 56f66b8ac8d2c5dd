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

    /// The programs that one agent may load of an object.
    ///
    /// One of the two for retransmits is used instead of the other on older kernels.
    private static func programs(_ embedded: EmbeddedObject) throws -> [String] {
        try Object(embedded).programs.filter { $0 != "on_retransmit_sent" }
    }

    /// The names in the record: of programs that may call the kernel's functions, or of those for kernels that
    /// interpret.
    private static func name(_ embedded: EmbeddedObject, _ program: String, callsFunctions: Bool) -> String {
        "\(embedded.rawValue)\(callsFunctions ? "" : ", interpreted")/\(program)"
    }

    /// Each object, with calls of the kernel's functions and without.
    ///
    /// That of `snapshot` has none.
    private static let loads = EmbeddedObject.allCases.flatMap { embedded in
        (embedded == .groups ? [true] : [true, false]).map { (embedded: embedded, callsFunctions: $0) }
    }

    @Test func `every program of every object is recorded`() throws {
        let found = try Self.loads.flatMap { load in
            try Self.programs(load.embedded).map {
                Self.name(load.embedded, $0, callsFunctions: load.callsFunctions)
            }
        }
        #expect(Set(found) == Set(try Self.recorded().keys))
    }

    @Test func `no program takes twice what was recorded`() throws {
        let kernel = try KernelFeatures()
        let recorded = try Self.recorded()
        var counted: [String: UInt32] = [:]
        for (embedded, callsFunctions) in Self.loads {
            let programs = try Self.programs(embedded).filter { $0 != "on_retransmit" || kernel.retransmitTellsErrors }
            let object = try Object(embedded, callsFunctions: callsFunctions)
            try object.choose(programs)
            if embedded == .groups {
                for option in ["by_local_port", "by_peer_port", "by_container", "by_namespace", "with_listeners"] {
                    try object.setConstant(option, to: true)
                }
            }
            let loaded = try object.load()
            for program in programs {
                let now = try loaded.statistics(of: program).verifiedInstructions
                let name = Self.name(embedded, program, callsFunctions: callsFunctions)
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
