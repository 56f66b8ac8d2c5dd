internal import CommandSupport
internal import Configuration

/// One setting of `tcplens run`: its names, how each source writes its value, and where ``RunSettings`` keeps it.
///
/// ``RunSetting`` declares them. Options, the environment, files and `--print-config` all work from that declaration.
package struct Setting<Value: Sendable>: Sendable {
    /// What each source calls it.
    package let name: SettingName
    /// What it does, for the help of its option; empty if it has none.
    package let help: String
    /// What the help calls the option's value; nil for a flag.
    package let valueName: String?

    /// How a value is read and written.
    let form: SettingForm<Value>
    private let get: @Sendable (RunSettings) -> Value?
    private let set: @Sendable (inout RunSettings, Value) -> Void
    /// What is wrong with a value of an option, as the end of a sentence that begins with the option's name.
    private let problem: @Sendable (Value) -> String?

    /// Declares a setting whose value is at `path` and whose default is the one there.
    init(
        _ path: any WritableKeyPath<RunSettings, Value> & Sendable,
        _ name: SettingName,
        _ form: SettingForm<Value>,
        help: String = "",
        valueName: String? = nil,
        problem: @escaping @Sendable (Value) -> String? = { _ in nil }
    ) {
        (self.name, self.form, self.help, self.valueName, self.problem) = (name, form, help, valueName, problem)
        get = { $0[keyPath: path] }
        set = { $0[keyPath: path] = $1 }
    }

    /// Declares a setting whose value is at `path`, where nil means that it is not set.
    init(
        optional path: any WritableKeyPath<RunSettings, Value?> & Sendable,
        _ name: SettingName,
        _ form: SettingForm<Value>,
        help: String = "",
        valueName: String? = nil,
        problem: @escaping @Sendable (Value) -> String? = { _ in nil }
    ) {
        (self.name, self.form, self.help, self.valueName, self.problem) = (name, form, help, valueName, problem)
        get = { $0[keyPath: path] }
        set = { $0[keyPath: path] = $1 }
    }

    /// The names that its value can have, if there are only some.
    package var choices: [String]? { form.choices }

    /// The value that an option's `text` means.
    ///
    /// - Throws: ``SettingMistake`` if it means none.
    package func value(of text: String) throws(SettingMistake) -> Value {
        try form.parse(text)
    }

    /// Sets the value that an option gave.
    ///
    /// - Throws: ``Failure`` if the value is out of range.
    func apply(_ value: Value, to settings: inout RunSettings) throws(Failure) {
        if let problem = problem(value) {
            throw Failure(usage: "\(name.option ?? name.key) \(problem)")
        }
        set(&settings, value)
    }
}

/// A setting of any type, as far as sources and `--print-config` need to know it.
protocol AnySetting: Sendable {
    /// What each source calls it.
    var name: SettingName { get }

    /// Sets what the variable says, if it is set.
    func read(_ reader: inout EnvironmentReader, into settings: inout RunSettings) throws(Failure)

    /// Sets what `section` says, if the key is in it.
    func read(_ section: inout Section, into settings: inout RunSettings)

    /// The key and the value for a file; the value is nil if the setting is not set.
    func entry(of settings: RunSettings) -> (key: String, value: ConfigurationValue?)
}

extension Setting: AnySetting {
    func read(_ reader: inout EnvironmentReader, into settings: inout RunSettings) throws(Failure) {
        guard let variable = name.variable, let value = try form.variable(&reader, variable) else { return }
        set(&settings, value)
    }

    func read(_ section: inout Section, into settings: inout RunSettings) {
        guard let value = value(in: &section) else { return }
        set(&settings, value)
    }

    /// The value in `section`, or nil if it is not there or is wrong.
    func value(in section: inout Section) -> Value? {
        form.entry(&section, name.lastKey)
    }

    func entry(of settings: RunSettings) -> (key: String, value: ConfigurationValue?) {
        (name.lastKey, get(settings).map(form.written))
    }
}
