import Metrics
import Testing

@Suite struct AttributesTests {
    @Test func `keys are unique and the last value wins (conformance 94)`() {
        let attributes = Attributes([Attribute("b", 1), Attribute("a", "x"), Attribute("b", 2)])
        #expect(attributes.map(\.key) == ["a", "b"])
        #expect(attributes["b"] == 2)
        #expect(attributes["c"] == nil)
    }

    @Test func `equal sets are equal in any order of insertion`() {
        let one: Attributes = ["network.type": "ipv4", "network.transport": "tcp"]
        let two: Attributes = ["network.transport": "tcp", "network.type": "ipv4"]
        #expect(one == two)
        #expect(one.hashValue == two.hashValue)
    }

    @Test func `a set that was changed equals one that was made so, and its copy stays what it was`() {
        let one: Attributes = ["a": 1]
        var other = one
        #expect(other.isCopy(of: one))
        other["b"] = 2
        #expect(other != one && other == ["a": 1, "b": 2])
        #expect(other.hashValue == (["a": 1, "b": 2] as Attributes).hashValue)
        other["b"] = nil
        #expect(other == one && other.hashValue == one.hashValue && !other.isCopy(of: one))
        #expect(one["b"] == nil)
    }

    @Test func `setting nil removes`() {
        var attributes: Attributes = ["a": 1, "b": 2, "c": 3]
        attributes["b"] = nil
        attributes["d"] = nil
        #expect(attributes.map(\.key) == ["a", "c"])
    }

    @Test func `merging takes the other's value, an empty one too`() {
        let merged = (["a": "1", "b": "2"] as Attributes).merging(["b": "", "c": "3"])
        #expect(merged == ["a": "1", "b": "", "c": "3"])
    }
}
