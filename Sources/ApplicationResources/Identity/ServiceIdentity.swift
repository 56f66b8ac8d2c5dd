package import Metrics

/// What identifies a service among all others: no two resources may have the same (semantic conventions,
/// `resource/service.md`).
package struct ServiceIdentity: Hashable, Sendable {
    /// The namespace and the name, as Prometheus has them in `job`.
    ///
    /// Two different pairs could have the same text, and would be one service there.
    package var service: String
    /// The `service.instance.id`.
    package var instance: String

    /// Creates an identity.
    package init(namespace: String?, name: String, instance: String) {
        // An empty namespace is the same as none.
        service = if let namespace, !namespace.isEmpty { "\(namespace)/\(name)" } else { name }
        self.instance = instance
    }

    /// The identity of a resource.
    package init(of attributes: Attributes) {
        self.init(
            namespace: attributes["service.namespace"]?.description,
            name: attributes["service.name"]?.description ?? "",
            instance: attributes["service.instance.id"]?.description ?? ""
        )
    }
}
