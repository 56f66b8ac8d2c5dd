/// Replaces references to environment variables in the scalars of a file.
///
/// The rules are those of the OpenTelemetry specification, `configuration/data-model.md`, "Environment variable
/// substitution": `${NAME}`, `${env:NAME}` and `${NAME:-default}`; `$$` is one `$`; what was put in is not looked at again.
struct Substitution {
    /// A reference that is none of the three.
    struct InvalidReference: Error, Equatable {}

    private let environment: [String: String]
    /// The variables that were referred to.
    private(set) var names: Set<String> = []

    init(environment: [String: String]) {
        self.environment = environment
    }

    /// `text` with its references replaced, and whether there were any.
    mutating func apply(to text: String) throws(InvalidReference) -> (text: String, isSubstituted: Bool) {
        guard text.contains("$") else { return (text, false) }
        var result = ""
        var isSubstituted = false
        var rest = text[...]
        // Escapes are found first, so that "$${" never begins a reference, nor one inside of a reference ends it.
        while let escape = rest.firstRange(of: "$$") {
            isSubstituted = try append(rest[..<escape.lowerBound], to: &result) || isSubstituted
            result += "$"
            rest = rest[escape.upperBound...]
        }
        isSubstituted = try append(rest, to: &result) || isSubstituted
        return (result, isSubstituted)
    }

    /// Text that reads back as `text` itself.
    static func escape(_ text: String) -> String {
        text.replacing("$", with: "$$")
    }

    /// Appends `text`, which has no escapes, and says whether there were references in it.
    private mutating func append(_ text: Substring, to result: inout String) throws(InvalidReference) -> Bool {
        var isSubstituted = false
        var rest = text
        while let start = rest.firstRange(of: "${") {
            let body = rest[start.upperBound...]
            // Without an end on the same line it is no reference but text.
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

    /// The value of what stands between the braces.
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
