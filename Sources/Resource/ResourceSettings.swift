package import Metrics

/// Attributes of the resource that the user has set; they take precedence over detected ones.
package struct ResourceSettings: Equatable, Sendable {
    /// The attributes.
    package var attributes: Attributes

    /// Creates settings.
    package init(attributes: Attributes = [:]) {
        self.attributes = attributes
    }

    /// Reads `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`; the second takes precedence.
    ///
    /// - Parameters:
    ///   - machine: The source of the variables.
    ///   - warn: Receives a line for each setting that is ignored, with the reason.
    package init(of machine: Machine, warn: (String) -> Void) {
        self.init()
        if let text = machine.variable("OTEL_RESOURCE_ATTRIBUTES") {
            if let given = Self.attributes(text) {
                attributes = given
            } else {
                warn("OTEL_RESOURCE_ATTRIBUTES is ignored: \(Self.expected)")
            }
        }
        if let name = machine.variable("OTEL_SERVICE_NAME") {
            attributes["service.name"] = .string(name)
        }
    }

    /// The required format of a list of attributes, for messages.
    package static let expected =
        "it must be key=value pairs separated by commas, with '%', ',' and '=' percent-encoded"

    /// Parses a list in the format of `OTEL_RESOURCE_ATTRIBUTES`; `nil` if any part of it is malformed.
    package static func attributes(_ list: String) -> Attributes? {
        ResourceAttributes.parse(list)
    }
}
