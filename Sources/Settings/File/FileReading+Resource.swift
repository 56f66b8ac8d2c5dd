import Configuration
import Metrics
import Resource

extension FileReading {
    /// Reads `resource`: what stands in `attributes` wins over `attributes_list`.
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
            // Two entries of one name are not told apart by the schema; the last one wins, as in a list.
            attributes[name] = value ?? attributes[name]
        }
        if usesServiceName, attributes["service.name"] == nil {
            // What is detected comes after what the file says.
            attributes["service.name"] = serviceName.map { .string($0) }
        }
        settings.resource = ResourceSettings(attributes: attributes)
        if let url = section.string("schema_url"), url != Program.schemaURL {
            settings.warnings.append(
                "resource.schema_url of the configuration is ignored: what tcplens finds out follows \(Program.schemaURL)"
            )
        }
    }

    /// Reads what is to be found out of the machine; tcplens does all that it can of it anyway.
    private mutating func readDetection(_ section: inout Section) {
        section.section("attributes") { filter in
            // Everything is what there is; a choice of it is not.
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
        let kinds: KeyValuePairs<String, Kind> = ["string": .string, "bool": .bool, "int": .int, "double": .double]
        switch section.choice("type", from: kinds) ?? .string {
        case .string: return section.string("value").map { .string($0) }
        case .bool: return section.bool("value").map { .bool($0) }
        case .int: return section.integer("value", in: .min ... .max).map { .int(Int64($0)) }
        case .double: return section.number("value").map { .double($0) }
        }
    }
}
