import Metrics
import Testing

@testable import ApplicationResources

@Suite struct AttributeRulesTests {
    private func allowed(_ pairs: [(key: String, value: String)]) -> (Attributes, RefusalCounts) {
        var refusals = RefusalCounts()
        let attributes = AttributeRules.allowed(pairs, counting: &refusals)
        return (attributes, refusals)
    }

    @Test(
        arguments: [
            "service.name", "service.namespace", "service.instance.id", "service.version", "service.criticality",
            "deployment.environment.name", "deployment.environment",
        ]
    )
    func `what says which service it is may be said`(key: String) {
        let (attributes, refusals) = allowed([(key, "x y/ü-1")])
        #expect(attributes == [key: "x y/ü-1"])
        #expect(refusals == RefusalCounts())
    }

    @Test(
        arguments: [
            "container.id", "k8s.pod.uid", "k8s.pod.name", "host.name", "host.id", "os.type", "process.pid",
            "telemetry.sdk.name", "tcplens.service.source", "service", "Service.name", "services.name", "team",
            "deployment.name", "service.peer.name", "cloud.account.id", "", " service.name",
        ]
    )
    func `everything else stays with the application and is no refusal`(key: String) {
        let (attributes, refusals) = allowed([(key, "x")])
        #expect(attributes.isEmpty)
        #expect(refusals == RefusalCounts())
    }

    @Test(
        arguments: [
            "service.password", "service.db_passwd", "service.API_KEY", "service.api-key", "service.apikey",
            "service.auth", "service.Authorization", "service.client.secret", "service.token", "service.privateKey",
            "service.private_key", "service.credentials", "service.access.key", "service.session.cookie",
        ]
    )
    func `a key that looks like a credential is refused`(key: String) {
        let (attributes, refusals) = allowed([(key, "x")])
        #expect(attributes.isEmpty)
        #expect(refusals[.credential] == 1)
    }

    @Test(
        arguments: [
            "https://user:password@example.org/x", "postgres://u:p@db", "https://token@github.com", "a b c://d@e",
            "x:y://z://u@h", "Bearer abc", "basic dXNlcjpw", "-----BEGIN PRIVATE KEY-----", "cert -----BEGIN X",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "ghp_0123456789", "glpat-abc", "AKIA0123456789ABCDEF",
        ]
    )
    func `a value that looks like a credential is refused, whatever its key is`(value: String) {
        let (attributes, refusals) = allowed([("service.name", value), ("service.version", "1")])
        #expect(attributes == ["service.version": "1"])
        #expect(refusals[.credential] == 1)
    }

    @Test(
        arguments: [
            "https://example.org/a@b", "mail@example.org", "a:b", "basic", "1.2.3", "eyJ", "postgresql@15-main",
            "https://example.org?x=u@h",
        ]
    )
    func `a value that only resembles one is taken`(value: String) {
        #expect(allowed([("service.name", value)]).0 == ["service.name": .string(value)])
    }

    @Test(arguments: ["", "a\n", "\u{1b}[31m", "a\u{0}b", "\u{202e}a", "a\u{2028}b", "\u{200b}", "\u{85}", "\u{e000f}"])
    func `control characters are refused, not removed`(value: String) {
        let (attributes, refusals) = allowed([("service.name", value)])
        #expect(attributes.isEmpty)
        #expect(refusals[.characters] == 1)
        let (byKey, refusalsByKey) = allowed([("service.x" + value, "y")])
        #expect(byKey.isEmpty == !value.isEmpty)
        #expect(refusalsByKey[.characters] == (value.isEmpty ? 0 : 1))
    }

    @Test func `lengths are limited in bytes, and nothing is shortened`() {
        let longest = String(repeating: "ü", count: AttributeRules.maximumLength / 2)
        #expect(allowed([("service.name", longest)]).0 == ["service.name": .string(longest)])
        let (attributes, refusals) = allowed([
            ("service.name", longest + "a"), ("service." + longest, "x"), ("service.version", "1"),
        ])
        #expect(attributes == ["service.version": "1"])
        #expect(refusals[.length] == 2)
    }

    @Test func `of too many attributes those that identify the service stay`() {
        let many = (0..<2000).map { (key: "service.a\($0)", value: "x") }
        let (attributes, refusals) = allowed(many + [("service.name", "n"), ("service.namespace", "s")])
        #expect(attributes.count == AttributeRules.maximumCount)
        #expect(attributes["service.name"] == "n")
        #expect(attributes["service.namespace"] == "s")
        #expect(refusals[.tooManyAttributes] == 2002 - AttributeRules.maximumCount)
    }

    @Test func `of two values of a key the last one counts`() {
        #expect(allowed([("service.name", "a"), ("service.name", "b")]).0 == ["service.name": "b"])
    }
}
