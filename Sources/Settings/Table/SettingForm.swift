internal import CommandSupport
internal import Configuration

/// How the values of a setting are written in each source.
struct SettingForm<Value: Sendable>: Sendable {
    /// The value of an option's text.
    var parse: @Sendable (_ text: String) throws(SettingMistake) -> Value
    /// The value of a variable, or nil if it is not set or is ignored with a warning.
    var variable: @Sendable (_ reader: inout EnvironmentReader, _ name: String) throws(Failure) -> Value?
    /// The value of a key in a file, or nil if it is not there or is wrong.
    var entry: @Sendable (_ section: inout Section, _ key: String) -> Value?
    /// The value as a file has it, without secrets.
    var written: @Sendable (Value) -> ConfigurationValue
    /// The names that the value of an option can have, if there are only some.
    var choices: [String]?
}

/// What is wrong with the text of a setting.
package struct SettingMistake: Error, Equatable, CustomStringConvertible {
    /// What is wrong, with the text, in one line.
    package let description: String

    /// Creates a mistake.
    init(_ description: String) {
        self.description = description
    }
}

extension SettingForm {
    /// A value that a variable must have right: a mistake in it is an error, not a warning.
    static func strict(
        parse: @escaping @Sendable (String) throws(SettingMistake) -> Value,
        entry: @escaping @Sendable (inout Section, String) -> Value?,
        written: @escaping @Sendable (Value) -> ConfigurationValue,
        choices: [String]? = nil
    ) -> SettingForm {
        SettingForm(
            parse: parse,
            variable: { (reader, name) throws(Failure) in
                guard let setting = reader.setting(name) else { return nil }
                do throws(SettingMistake) {
                    return try parse(setting.value)
                } catch {
                    throw Failure(usage: "\(name): \(error)")
                }
            },
            entry: entry,
            written: written,
            choices: choices
        )
    }

    /// One of the names in a table, which may be another one in files.
    ///
    /// - Parameters:
    ///   - choices: The names of options and variables, in lower case; case does not matter there.
    ///   - fileChoices: The names in files.
    ///   - mistake: What is wrong with the text of an option that is not one of the names.
    /// - Returns: The form.
    static func choice(
        _ choices: Choices<Value>,
        inFile fileChoices: Choices<Value>? = nil,
        mistake: @escaping @Sendable (String) -> String
    ) -> SettingForm where Value: Equatable {
        let fileChoices = fileChoices ?? choices
        return SettingForm(
            parse: { (text) throws(SettingMistake) in
                guard let value = choices.value(named: text.lowercased()) else { throw SettingMistake(mistake(text)) }
                return value
            },
            variable: { (reader, name) throws(Failure) in reader.choice(name, from: choices) },
            entry: { $0.choice($1, from: fileChoices) },
            written: { fileChoices.name(of: $0).map { .string($0) } ?? .null },
            choices: choices.names
        )
    }
}
