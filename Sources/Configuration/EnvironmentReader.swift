internal import System

/// Reads settings from environment variables according to the OpenTelemetry specification.
///
/// An empty value counts as unset. An invalid value gives a warning and counts as unset
/// (`configuration/sdk-environment-variables.md` and `configuration/common.md`). If several names are given, the first
/// one with a valid value is used, so the more specific name comes first.
package struct EnvironmentReader: Sendable {
    /// A variable that is set.
    package struct Setting: Hashable, Sendable {
        /// The variable's name.
        package var name: String
        /// Its value without surrounding white space, never empty.
        package var value: String

        /// Creates the setting of a variable.
        package init(name: String, value: String) {
            (self.name, self.value) = (name, value)
        }
    }

    /// What was ignored, and why: one line each, for the caller to log.
    package private(set) var warnings: [String] = []

    private let variables: [String: String]

    /// Creates a reader of `variables`, usually those of the process.
    package init(_ variables: [String: String]) {
        self.variables = variables
    }

    /// The first of `names` that is set.
    package func setting(_ names: String...) -> Setting? {
        settings(names).first
    }

    /// An integer in `range`.
    package mutating func integer(_ names: String..., in range: ClosedRange<Int>) -> Int? {
        first(of: names, expecting: "a whole number from \(range.lowerBound) to \(range.upperBound)") { value in
            Int(value).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A duration or a timeout: an integer number of milliseconds in `range`, without a unit.
    ///
    /// The caller decides what zero means; for timeouts the specification says "no limit".
    package mutating func milliseconds(_ names: String..., in range: ClosedRange<Int> = 0...Int(Int32.max)) -> Duration?
    {
        let expected = "a whole number of milliseconds from \(range.lowerBound) to \(range.upperBound), without a unit"
        return first(of: names, expecting: expected) { value in
            Int(value).flatMap { range.contains($0) ? .milliseconds($0) : nil }
        }
    }

    /// A Boolean: true only for `true` in any case.
    ///
    /// Other values than `false` give a warning, and are false.
    package mutating func bool(_ name: String) -> Bool? {
        guard let setting = setting(name) else { return nil }
        switch setting.value.lowercased() {
        case "true": return true
        case "false": return false
        default:
            warn("\(name)=\(setting.value.printable()) is neither true nor false; taken as false")
            return false
        }
    }

    /// The value for one of the names in `choices`, which must be in lower case; case is ignored.
    package mutating func choice<Value>(_ names: String..., from choices: Choices<Value>) -> Value? {
        first(of: names, expecting: "one of " + choices.names.joined(separator: ", ")) { value in
            choices.value(named: value.lowercased())
        }
    }

    /// Adds a warning of the caller, which must not contain secrets.
    package mutating func warn(_ warning: String) {
        warnings.append(warning)
    }

    private func settings(_ names: [String]) -> [Setting] {
        names.compactMap { name in
            guard let value = variables[name]?.trimmed, !value.isEmpty else { return nil }
            return Setting(name: name, value: String(value))
        }
    }

    private mutating func first<Value>(
        of names: [String],
        expecting expected: String,
        parse: (String) -> Value?
    ) -> Value? {
        for setting in settings(names) {
            if let value = parse(setting.value) {
                return value
            }
            warn("\(setting.name)=\(setting.value.printable()) is ignored: expected \(expected)")
        }
        return nil
    }
}
