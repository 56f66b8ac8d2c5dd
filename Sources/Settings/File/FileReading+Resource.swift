import Configuration
import Metrics
import Resource

extension FileReading {
    /// Reads `resource`: `attributes` wins over `attributes_list`.
    mutating func readResource(_ section: inout Section) {
        // The second is the name in versions after 1.1.
        for key in ["detection/development", "detection"] {
            section.section(key) { readDetection(&$0) }
        }
        section.renamed(["detectors": "detection/development"])
        var attributes: Attributes = [:]
        if let list = section.string("attributes_list") {
            if let given = ResourceSettings.attributes(list) {
                attributes = given
            } else {
                section.refuse("attributes_list", ResourceSettings.expected)
            }
        }
        section.sections("attributes") { section in
            guard let name = section.string("name", isRequired: true) else {
                _ = section.ignore("value", "type")
                return
            }
            let value = Self.attributeValue(&section)
            // The schema does not say which of two entries with one name wins; here it is the last, like in a list.
            attributes[name] = value ?? attributes[name]
        }
        if usesServiceName, attributes["service.name"] == nil {
            // What is detected comes after what the file says.
            attributes["service.name"] = serviceName.map { .string($0) }
        }
        settings.resource = ResourceSettings(attributes: attributes)
        if let url = section.string("schema_url"), url != Program.schemaURL {
            settings.warnings.append(
                "resource.schema_url of the configuration is ignored: what tcplens detects follows \(Program.schemaURL)"
            )
        }
    }

    /// Reads what to detect about the machine; tcplens always detects all that it can.
    private mutating func readDetection(_ section: inout Section) {
        section.section("attributes") { filter in
            // All attributes are detected; a choice can't be followed.
            filter.onlyEverything()
        }
        var isService = false
        section.sections("detectors") { detector in
            let name = detector.one(of: "container", "host", "os", "process", "service")
            if let name {
                detector.section(name, isPresence: true) { _ in }
            }
            isService = isService || name == "service"
        }
        usesServiceName = usesServiceName || isService && serviceName != nil
    }

    private static func attributeValue(_ section: inout Section) -> AttributeValue? {
        enum Kind {
            case string
            case bool
            case int
            case double
        }
        let kinds: Choices<Kind> = ["string": .string, "bool": .bool, "int": .int, "double": .double]
        switch section.choice("type", from: kinds) ?? .string {
        case .string: return section.string("value").map { .string($0) }
        case .bool: return section.bool("value").map { .bool($0) }
        case .int: return section.integer("value", in: .min ... .max).map { .int(Int64($0)) }
        case .double: return section.number("value").map { .double($0) }
        }
    }
}
