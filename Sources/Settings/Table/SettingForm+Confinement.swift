internal import CommandSupport
internal import Configuration
import Confinement
import System

extension SettingForm where Value == Set<ConfinementPart> {
    /// A list of parts, or `all` or `none`; in files a list, which may be empty.
    static var confinement: SettingForm {
        let choices = Choices<ConfinementPart>()
        let groups = ["all": Set(ConfinementPart.allCases), "none": []]
        return .strict(
            parse: { (text) throws(SettingMistake) in
                if let group = groups[text.trimmed.lowercased()] { return group }
                var parts: Set<ConfinementPart> = []
                for name in text.listed {
                    guard let part = choices.value(named: String(name)) else {
                        throw SettingMistake("'\(name)' can't be given up; all, none, or a list of: \(known(choices))")
                    }
                    parts.insert(part)
                }
                guard !parts.isEmpty else { throw SettingMistake("the list is empty; for nothing, write none") }
                return parts
            },
            entry: { section, key in
                guard let names = section.strings(key) else { return nil }
                var parts: Set<ConfinementPart> = []
                for (index, name) in names {
                    if let part = choices.value(named: name) {
                        parts.insert(part)
                    } else {
                        section.refuse(key, item: index, "expected one of \(known(choices))")
                    }
                }
                return parts
            },
            written: { parts in
                .list(ConfinementPart.allCases.filter(parts.contains).map { .string($0.rawValue) })
            },
            choices: groups.keys.sorted() + choices.names
        )
    }

    private static func known(_ choices: Choices<ConfinementPart>) -> String {
        choices.names.joined(separator: ", ")
    }
}

extension RunSettings {
    /// What is wrong with what is to be given up.
    var confinementProblem: String? {
        let needing: [ConfinementPart] = [.landlock, .seccomp].filter(confinement.contains)
        guard let part = needing.first, !confinement.contains(.noNewPrivileges) else { return nil }
        return
            "\(RunSetting.confinement.name.text(for: self)): the kernel demands no-new-privileges with \(part.rawValue)"
    }
}
