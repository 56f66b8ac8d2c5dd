import Findings
import Foundation
import Registry
import Rendering
import Testing

/// The committed documents are what the program prints now.
@Suite struct CommittedRegistryTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func committed(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    private let registry = RegistryDocument()

    @Test func `the page of metrics is fresh`() throws {
        #expect(try committed("docs/metrics.md") == registry.markdown, "run: make documents")
    }

    @Test func `the JSON is fresh`() throws {
        #expect(try committed("docs/registry/metrics.json") == registry.json(isIndented: true) + "\n")
    }

    @Test func `the registry of Weaver is fresh`() throws {
        #expect(try committed("docs/registry/registry.yaml") == registry.weaver, "run: make documents")
    }

    @Test func `the findings are fresh`() throws {
        let findings = FindingDocument()
        #expect(try committed("docs/triage.md") == findings.markdown, "run: make documents")
        #expect(try committed("docs/registry/findings.json") == findings.json(isIndented: true) + "\n")
    }

    @Test func `the JSON can be read again`() throws {
        let data = Data(try committed("docs/registry/metrics.json").utf8)
        #expect(try JSONDecoder().decode(RegistryDocument.self, from: data) == registry)
    }
}
