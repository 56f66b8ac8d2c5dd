internal import Metrics

/// Which of the attributes that a process says of itself are taken.
///
/// Only those that say which service it is: `service.…` and the deployment's environment. They are what other signals
/// of the application are joined on. All others stay with the application:
///
/// - What tcplens knows for sure (`container.…`, `k8s.…`, `host.…`, `os.…`, `process.…`, `telemetry.…`) is not the
///   application's to say.
/// - The attributes of a resource identify it, so each further one could begin new series, as often as it changes.
/// - A list of allowed keys can't forget a key that holds a secret.
///
/// A value is taken as it is or not at all. A shortened or cleaned one would no longer be equal to that of other
/// signals, and might be equal to that of another service.
enum AttributeRules {
    /// The greatest number of attributes of one process.
    static let maximumCount = 32
    /// The greatest length of a key or a value, in bytes of UTF-8.
    static let maximumLength = 256

    /// Attributes that are taken even if there are too many others.
    ///
    /// `deployment.environment` is the name that `deployment.environment.name` had until version 1.27 of the
    /// conventions. SDKs with older names are common, and the name on both signals must be the same.
    private static let first = [
        "service.name", "service.namespace", "service.instance.id", "service.version", "deployment.environment.name",
        "deployment.environment",
    ]

    /// Those of `pairs` that may be taken; of several with the same key the last one, as in a set of attributes.
    static func allowed(
        _ pairs: some Sequence<(key: String, value: String)>,
        counting refusals: inout RefusalCounts
    ) -> Attributes {
        var taken: [Attribute] = []
        for (key, value) in pairs where isAllowed(key) {
            if let refusal = refusal(key, value) {
                refusals.add(refusal)
            } else {
                taken.append(Attribute(key, .string(value)))
            }
        }
        let attributes = Attributes(taken)
        guard attributes.count > maximumCount else { return attributes }
        refusals.add(.tooManyAttributes, attributes.count - maximumCount)
        let important = attributes.filter { first.contains($0.key) }
        let others = attributes.filter { !first.contains($0.key) }
        return Attributes(important + others.prefix(maximumCount - important.count))
    }

    /// Whether the attribute is one that a process may say of itself.
    private static func isAllowed(_ key: String) -> Bool {
        // `service.peer.…` are of the other end of a call.
        key.hasPrefix("service.") && !key.hasPrefix("service.peer.") || first.contains(key)
    }

    private static func refusal(_ key: String, _ value: String) -> Refusal? {
        if key.utf8.count > maximumLength || value.utf8.count > maximumLength { return .length }
        // An empty value is the same as none (semantic conventions, `resource/service.md`), and says nothing.
        if value.isEmpty || !isPrintable(key) || !isPrintable(value) { return .characters }
        return Credentials.areLikely(in: key, value) ? .credential : nil
    }

    private static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
            default: true
            }
        }
    }
}
