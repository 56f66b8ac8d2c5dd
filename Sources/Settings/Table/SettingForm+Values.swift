internal import CommandSupport
internal import Configuration
import FoundationEssentials
import Probes
import System

extension SettingForm where Value == Bool {
    /// True or false; an option that is given is true.
    static var bool: SettingForm {
        SettingForm(
            parse: { (text) throws(SettingMistake) in
                guard let value = Bool(text) else { throw SettingMistake("'\(text)' is neither true nor false") }
                return value
            },
            variable: { (reader, name) throws(Failure) in reader.bool(name) },
            entry: { $0.bool($1) },
            written: { .bool($0) }
        )
    }
}

extension SettingForm where Value == Bool {
    /// On or off; true or false in files, as for other settings there, and in variables, too.
    static var onOff: SettingForm {
        let choices: Choices<Bool> = ["on": true, "off": false]
        var form = choice(choices) { "'\($0)' is neither on nor off" }
        form.variable = { (reader, name) throws(Failure) in
            reader.choice(name, from: ["on": true, "off": false, "true": true, "false": false])
        }
        form.entry = bool.entry
        form.written = bool.written
        return form
    }
}

extension SettingForm where Value == Int {
    /// A whole number in `range`.
    static func integer(in range: ClosedRange<Int>) -> SettingForm {
        SettingForm(
            parse: { (text) throws(SettingMistake) in
                guard let value = Int(text) else { throw SettingMistake("'\(text)' is not a whole number") }
                return value
            },
            variable: { (reader, name) throws(Failure) in reader.integer(name, in: range) },
            entry: { $0.integer($1, in: range) },
            written: { .int($0) }
        )
    }

    /// A number of bytes: with a unit in options and variables, without one in files.
    static var bytes: SettingForm {
        SettingForm(
            parse: { (text) throws(SettingMistake) in
                guard let count = ByteCount(text) else {
                    throw SettingMistake("'\(text)' is not a number of bytes, such as 64MiB")
                }
                return count.bytes
            },
            variable: { (reader, name) throws(Failure) in reader.byteCount(name) },
            entry: { $0.integer($1, in: 0...Int.max, of: "bytes") },
            written: { .int($0) }
        )
    }
}

extension SettingForm where Value == Duration {
    /// A whole number of milliseconds in `range`.
    static func milliseconds(in range: ClosedRange<Int>) -> SettingForm {
        SettingForm(
            parse: { (text) throws(SettingMistake) in
                guard let value = Int(text) else {
                    throw SettingMistake("'\(text)' is not a whole number of milliseconds")
                }
                return .milliseconds(value)
            },
            variable: { (reader, name) throws(Failure) in reader.milliseconds(name, in: range) },
            entry: { $0.milliseconds($1, in: range) },
            written: { .int($0.milliseconds) }
        )
    }
}

extension SettingForm where Value == Duration? {
    /// A whole number of milliseconds, where 0 means no limit.
    static var timeLimit: SettingForm {
        let duration = SettingForm<Duration>.milliseconds(in: 0...Int(Int32.max))
        return SettingForm(
            parse: { (text) throws(SettingMistake) in
                let limit = try duration.parse(text)
                return limit == .zero ? nil : limit
            },
            variable: { (reader, name) throws(Failure) in
                try duration.variable(&reader, name).map { $0 == .zero ? nil : $0 }
            },
            entry: { duration.entry(&$0, $1).map { $0 == .zero ? nil : $0 } },
            written: { duration.written($0 ?? .zero) }
        )
    }
}

extension SettingForm where Value == String {
    /// Any text.
    static var text: SettingForm {
        SettingForm(
            parse: { (text) throws(SettingMistake) in text },
            variable: { (reader, name) throws(Failure) in reader.setting(name)?.value },
            entry: { $0.string($1) },
            written: { .string($0) }
        )
    }

    /// A host; an IPv6 address may have brackets in a variable.
    static var host: SettingForm {
        var form = text
        form.variable = { (reader, name) throws(Failure) in
            reader.setting(name).map { ListenAddress.unbracketed($0.value) }
        }
        return form
    }

    /// A path; in a file it must be absolute, because a file does not know where the agent is started.
    static var path: SettingForm {
        var form = text
        form.entry = { $0.path($1) }
        form.written = { .path($0) }
        return form
    }
}

extension SettingForm where Value == ListenAddress {
    /// `HOST:PORT`.
    static var address: SettingForm {
        .strict(
            parse: { (text) throws(SettingMistake) in
                guard let address = ListenAddress(text) else {
                    throw SettingMistake("'\(text)' is not HOST:PORT, such as localhost:8080 or [::1]:8080")
                }
                return address
            },
            entry: { section, key in
                guard let text = section.string(key) else { return nil }
                let address = ListenAddress(text)
                if address == nil {
                    section.refuse(key, "expected HOST:PORT, such as localhost:8080 or \"[::1]:8080\"")
                }
                return address
            },
            written: { .string("\($0)") }
        )
    }
}

extension SettingForm where Value == Set<PortAttribute> {
    /// Names of attributes: with commas between them in options and variables, as a list in files.
    static var ports: SettingForm {
        let choices = Choices<PortAttribute>()
        return .strict(
            parse: { (text) throws(SettingMistake) in
                var ports: Set<PortAttribute> = []
                for name in text.listed {
                    guard let port = choices.value(named: String(name)) else {
                        let known = choices.names.joined(separator: " and ")
                        throw SettingMistake("'\(name)' is not an attribute that can be chosen; these are: \(known)")
                    }
                    ports.insert(port)
                }
                return ports
            },
            entry: { section, key in
                guard let names = section.strings(key) else { return nil }
                var ports: Set<PortAttribute> = []
                for (index, name) in names {
                    if let port = choices.value(named: name) {
                        ports.insert(port)
                    } else {
                        let known = choices.names.joined(separator: ", ")
                        section.refuse(key, item: index, "expected one of \(known)")
                    }
                }
                return ports
            },
            written: { .list($0.map(\.rawValue).sorted().map { .string($0) }) },
            choices: choices.names
        )
    }
}

extension Duration {
    /// Whole milliseconds, in which settings are given; no setting is longer than an `Int` of them.
    var milliseconds: Int { Int(self / .milliseconds(1)) }
}

extension Section {
    /// The path at `key`, which must be absolute.
    mutating func path(_ key: String) -> String? {
        guard let path = string(key) else { return nil }
        guard path.hasPrefix("/") else {
            refuse(key, "expected an absolute path")
            return nil
        }
        return path
    }
}

extension ConfigurationValue {
    /// A path from the root, which a file needs; a path in a variable may begin where tcplens was started.
    static func path(_ text: String) -> ConfigurationValue {
        guard !text.hasPrefix("/") else { return .string(text) }
        let folder = FileManager.default.currentDirectoryPath
        return .string(folder.hasSuffix("/") ? folder + text : "\(folder)/\(text)")
    }
}
