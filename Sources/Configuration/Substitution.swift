/// Replaces references to environment variables in the scalars of a file.
///
/// The rules are those of the OpenTelemetry specification, `configuration/data-model.md`, "Environment variable
/// substitution": `${NAME}`, `${env:NAME}` and `${NAME:-default}`; `$$` is one `$`; values are not searched for
/// references again.
struct Substitution {
    /// A reference in another form.
    struct InvalidReference: Error, Equatable {}

    private let environment: [String: String]
    /// The variables that were referred to.
    private(set) var names: Set<String> = []

    init(environment: [String: String]) {
        self.environment = environment
    }

    /// Replaces the references in `text`; returns the result, and whether there were any.
    mutating func apply(to text: String) throws(InvalidReference) -> (text: String, isSubstituted: Bool) {
        guard text.contains("$") else { return (text, false) }
        var result = ""
        var isSubstituted = false
        var rest = text[...]
        // Escapes are found first, so that "$${" never begins a reference and an escape never ends one.
        while let escape = rest.firstRange(of: "$$") {
            isSubstituted = try append(rest[..<escape.lowerBound], to: &result) || isSubstituted
            result += "$"
            rest = rest[escape.upperBound...]
        }
        isSubstituted = try append(rest, to: &result) || isSubstituted
        return (result, isSubstituted)
    }

    /// A text that reads back as `text`.
    static func escape(_ text: String) -> String {
        text.replacing("$", with: "$$")
    }

    /// Appends `text`, which has no escapes; returns whether it contained references.
    private mutating func append(_ text: Substring, to result: inout String) throws(InvalidReference) -> Bool {
        var isSubstituted = false
        var rest = text
        while let start = rest.firstRange(of: "${") {
            let body = rest[start.upperBound...]
            // Without a closing brace on the same line it is not a reference.
            guard let end = body.firstIndex(where: { $0 == "}" || $0.isNewline }), body[end] == "}" else {
                result += rest[..<start.upperBound]
                rest = body
                continue
            }
            result += rest[..<start.lowerBound]
            result += try value(of: body[..<end])
            isSubstituted = true
            rest = body[body.index(after: end)...]
        }
        result += rest
        return isSubstituted
    }

    /// The value of the reference between the braces.
    private mutating func value(of reference: Substring) throws(InvalidReference) -> String {
        let reference = reference.hasPrefix("env:") ? reference.dropFirst("env:".count) : reference
        let name = reference.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
        let rest = reference[name.endIndex...]
        guard let first = name.first, !first.isNumber, rest.isEmpty || rest.hasPrefix(":-") else {
            throw InvalidReference()
        }
        names.insert(String(name))
        let value = environment[String(name)] ?? ""
        return value.isEmpty ? String(rest.dropFirst(":-".count)) : value
    }
}
