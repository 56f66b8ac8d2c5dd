import Resource

@testable import Settings

extension FuzzTarget {
    /// A configuration file: what was read is printed so that it is read as the same.
    static let configuration = FuzzTarget("configuration") { bytes in
        let machine = Machine(environment: ["NAME": "value", "OTEL_SERVICE_NAME": "fuzz"]) { _ in nil }
        let settings = try ConfigurationFile.settings(in: bytes, of: "fuzz.yaml", machine)
        let text = try settings.yaml()
        let again = try reading {
            try ConfigurationFile.settings(in: Array(text.utf8), of: "fuzz.yaml", machine).yaml()
        }
        try expect(again == text, "what is printed is read as the same: \(text)")
    }
}
