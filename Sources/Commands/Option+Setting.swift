import ArgumentParser
import Settings

extension ArgumentHelp {
    /// The help of the option for `setting`.
    init<Value>(_ setting: Setting<Value>) {
        self.init(stringLiteral: setting.help)
        if let valueName = setting.valueName {
            self.valueName = valueName
        }
    }
}

extension Setting {
    /// The name of the option for the setting.
    fileprivate var optionName: NameSpecification {
        name.option.map { .customLong(String($0.drop { $0 == "-" })) } ?? .long
    }
}

extension Option {
    /// An option for `setting`, which is parsed as the setting says.
    init<Parsed>(_ setting: Setting<Parsed>, completion: CompletionKind? = nil) where Value == Parsed? {
        self.init(
            name: setting.optionName,
            help: ArgumentHelp(setting),
            completion: completion ?? setting.choices.map { .list($0) },
            transform: { text in
                do throws(SettingMistake) {
                    return try setting.value(of: text)
                } catch {
                    throw ValidationError("\(error)")
                }
            }
        )
    }

    /// An option for `setting` whose value has a type or a time of parsing of its own.
    init<Parsed: ExpressibleByArgument>(
        _ setting: Setting<some Sendable>,
        as type: Parsed.Type,
        completion: CompletionKind? = nil
    ) where Value == Parsed? {
        self.init(
            name: setting.optionName,
            help: ArgumentHelp(setting),
            completion: completion ?? setting.choices.map { .list($0) }
        )
    }
}

extension Flag where Value == Bool {
    /// A flag for `setting`.
    init(wrappedValue: Bool, _ setting: Setting<Bool>) {
        self.init(wrappedValue: wrappedValue, name: setting.optionName, help: ArgumentHelp(setting))
    }
}
