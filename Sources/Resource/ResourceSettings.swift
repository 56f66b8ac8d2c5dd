package import Metrics

/// What the user says about the resource; it wins over what is found out.
package struct ResourceSettings: Equatable, Sendable {
    /// The attributes, some of which may replace found ones.
    package var attributes: Attributes

    /// Creates settings.
    package init(attributes: Attributes = [:]) {
        self.attributes = attributes
    }

    /// Reads `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`, the second of which wins.
    ///
    /// - Parameters:
    ///   - machine: Where the variables are.
    ///   - warn: Takes what was ignored and why.
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

    /// What a list of attributes must look like.
    package static let expected =
        "it must be key=value pairs with commas between, with '%', ',' and '=' percent-encoded"

    /// Reads a list in the form of `OTEL_RESOURCE_ATTRIBUTES`, or gives `nil` if any part of it is malformed.
    package static func attributes(_ list: String) -> Attributes? {
        ResourceAttributes.parse(list)
    }
}
