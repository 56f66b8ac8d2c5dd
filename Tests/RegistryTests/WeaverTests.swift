import Foundation
import Registry
import Testing
import YAML

/// The registry of Weaver keeps the rules of its format (`semconv-syntax.v2.md` of Weaver).
@Suite struct WeaverTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/registry")

    private let registry = RegistryDocument()

    private func document(_ text: String) throws -> YAMLNode {
        try #require(try YAMLNode.document(Array(text.utf8)))
    }

    private func file(_ name: String) throws -> YAMLNode {
        try document(String(contentsOf: Self.folder.appending(path: name), encoding: .utf8))
    }

    @Test func `the file has the sections of the format`() throws {
        let keys = try document(registry.weaver).keys
        #expect(keys == ["file_format", "imports", "attributes", "metrics"])
    }

    /// What the JSON schema of the format requires and allows; it allows nothing else.
    private func expectKeys(_ node: YAMLNode, required: Set<String>, optional: Set<String> = []) {
        #expect(required.isSubset(of: node.keys), "\(node.keys)")
        #expect(required.union(optional).isSuperset(of: node.keys), "\(node.keys)")
        #expect(Set(node.keys).count == node.keys.count, "\(node.keys)")
    }

    @Test func `each attribute and each metric has what the format requires, and nothing else`() throws {
        let root = try document(registry.weaver)
        for attribute in root.list("attributes") {
            expectKeys(attribute, required: ["key", "type", "stability", "brief"], optional: ["examples"])
            let members = attribute.member("type")?.list("members") ?? []
            for member in members { expectKeys(member, required: ["id", "value", "stability"]) }
            #expect(Set(members.map { $0.text("id") }).count == members.count, "\(attribute.text("key"))")
            // The format wants an example for texts without a list of values.
            #expect((attribute.text("type") == "string") == attribute.keys.contains("examples"))
        }
        for metric in root.list("metrics") {
            let required: Set = ["name", "brief", "unit", "instrument", "stability"]
            expectKeys(metric, required: required, optional: ["note", "attributes", "annotations"])
            #expect(["counter", "updowncounter", "gauge", "histogram"].contains(metric.text("instrument")))
            for reference in metric.list("attributes") {
                expectKeys(reference, required: ["ref", "requirement_level"])
                #expect(["required", "recommended"].contains(reference.text("requirement_level")))
            }
        }
    }

    @Test func `each metric is defined or imported, once`() throws {
        let root = try document(registry.weaver)
        let imported = root.member("imports")?.list("metrics").compactMap(\.scalarText) ?? []
        let defined = root.list("metrics").map { $0.text("name") }
        #expect((imported + defined).sorted() == registry.metrics.map(\.name).sorted())
    }

    @Test func `each attribute that a metric refers to is defined, or one of the conventions`() throws {
        let root = try document(registry.weaver)
        let defined = Set(root.list("attributes").map { $0.text("key") })
        #expect(defined.allSatisfy { $0.hasPrefix("tcplens.") })
        for reference in root.list("metrics").flatMap({ $0.list("attributes") }).map({ $0.text("ref") }) {
            #expect(defined.contains(reference) == reference.hasPrefix("tcplens."), "\(reference)")
        }
    }

    /// The rules of Weaver's policy for live checks: a form for names, and no name that is also a namespace.
    @Test func `names have the form of the conventions, and no attribute is the namespace of another`() throws {
        let keys = Set(registry.metrics.flatMap(\.attributes).map(\.key))
        for name in registry.metrics.map(\.name) + keys {
            #expect(name.wholeMatch(of: /[a-z][a-z0-9]*([._][a-z0-9]+)*/) != nil, "\(name)")
            #expect(name.contains("."), "\(name)")
        }
        for key in keys {
            #expect(!keys.contains { $0.hasPrefix(key + ".") }, "\(key)")
        }
    }

    @Test func `what is renamed for the proposal is what tcplens has`() throws {
        let changes = try #require(try file("upstream.yaml").member("versions")?.member("0.2.0"))
        let metrics = try #require(changes.member("metrics")?.list("changes").first?.member("rename_metrics"))
        let attributes = try #require(
            changes.member("all")?.list("changes").first?.member("rename_attributes")?.member("attribute_map")
        )
        #expect(Set(metrics.keys).isSubset(of: registry.metrics.map(\.name)))
        #expect(Set(attributes.keys).isSubset(of: registry.metrics.flatMap(\.attributes).map(\.key)))
        #expect(metrics.keys.count == 7 && attributes.keys.count == 2)
    }

    @Test func `the manifest names the conventions that the agent follows`() throws {
        let dependency = try #require(try file("manifest.yaml").list("dependencies").first)
        #expect(dependency.member("schema_url")?.text("url") == "https://opentelemetry.io/schemas/1.44.0")
    }
}

extension YAMLNode {
    fileprivate var members: [Entry] {
        if case .mapping(let members) = content { members } else { [] }
    }

    fileprivate var keys: [String] { members.map(\.key) }

    fileprivate var scalarText: String? {
        if case .scalar(let scalar) = content { scalar.text } else { nil }
    }

    fileprivate func member(_ key: String) -> YAMLNode? { members.first { $0.key == key }?.value }

    fileprivate func text(_ key: String) -> String { member(key)?.scalarText ?? "" }

    fileprivate func list(_ key: String) -> [YAMLNode] {
        if case .sequence(let nodes)? = member(key)?.content { nodes } else { [] }
    }
}
