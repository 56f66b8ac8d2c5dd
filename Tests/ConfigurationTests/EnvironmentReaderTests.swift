import Configuration
import Testing

@Suite struct EnvironmentReaderTests {
    @Test func `an empty value counts as unset (conformance 33)`() {
        let reader = EnvironmentReader(["A": "", "B": "  ", "C": " x "])
        #expect(reader.setting("A") == nil)
        #expect(reader.setting("A", "B", "C")?.value == "x")
        #expect(reader.setting("A", "B", "C")?.name == "C")
    }

    @Test(arguments: [("true", true, 0), ("TRUE", true, 0), ("False", false, 0), ("1", false, 1), ("yes", false, 1)])
    func `only true is true (conformance 34)`(value: String, expected: Bool, warnings: Int) {
        var reader = EnvironmentReader(["A": value])
        #expect(reader.bool("A") == expected)
        #expect(reader.warnings.count == warnings)
        #expect(reader.bool("B") == nil)
    }

    @Test func `a range can exclude zero`() {
        var reader = EnvironmentReader(["OTEL_METRIC_EXPORT_INTERVAL": "0"])
        #expect(reader.milliseconds("OTEL_METRIC_EXPORT_INTERVAL", in: 1...Int(Int32.max)) == nil)
        #expect(reader.warnings.first?.contains("from 1 to 2147483647") == true)
    }

    @Test func `a warning shows the user's own spelling, without control characters (conformance 39)`() {
        var reader = EnvironmentReader(["A": "Nope\u{1B}[31m"])
        #expect(reader.choice("A", from: ["yes": 1]) == nil)
        #expect(reader.warnings == ["A=Nope\\u{1b}[31m is ignored: expected one of yes"])
    }
}
