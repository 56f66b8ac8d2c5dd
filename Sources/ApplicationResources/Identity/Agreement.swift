internal import Metrics

/// What the processes of one workload agree on.
struct Agreement: Equatable {
    /// The attributes that all who speak of them have with the same value.
    var attributes: Attributes = [:]
    /// Where the `service.name` among them comes from; nil if there is none.
    var source: ServiceSource?
    /// The attributes that they do not agree on, with all values.
    var disagreements: [String: Set<String>] = [:]

    /// Finds it in what the processes say.
    ///
    /// A process that says nothing does not disagree, neither at all nor on one attribute: next to a server there are
    /// shells and helpers, and the first process of a server often only forks the others.
    ///
    /// What a process published counts more than its environment. That also holds for processes with the same
    /// environment: they were started by the same configuration, and one of them has said what it makes of it.
    init(_ statements: [ProcessStatement]) {
        let hasOwn = statements.contains { $0.context?.isEmpty == false && !$0.isInherited }
        let contexts = statements.filter { $0.context?.isEmpty == false && !(hasOwn && $0.isInherited) }
        let replaced = Set(contexts.map(\.environment))
        let environments = statements.lazy.map(\.environment).filter { !$0.isEmpty && !replaced.contains($0) }

        var values: [String: Set<AttributeValue>] = [:]
        var published: Set<String> = []
        for attribute in contexts.compactMap(\.context).joined() {
            values[attribute.key, default: []].insert(attribute.value)
            published.insert(attribute.key)
        }
        for attribute in environments.joined() {
            values[attribute.key, default: []].insert(attribute.value)
        }
        var agreed: [Attribute] = []
        for (key, values) in values {
            if values.count == 1, let value = values.first {
                agreed.append(Attribute(key, value))
            } else {
                disagreements[key] = Set(values.map(\.description))
            }
        }
        attributes = Attributes(agreed)
        if attributes["service.name"] == nil {
            // An instance of what?
            attributes["service.instance.id"] = nil
            attributes["service.version"] = nil
        } else {
            source = published.contains("service.name") ? .processContext : .environment
        }
    }
}

/// Where the `service.name` of a workload comes from: the value of `tcplens.service.source`.
///
/// The conventions have no attribute for this (release 1.44). SDKs mark a name that they made up themselves by the
/// prefix `unknown_service:`, but no rule for names from Kubernetes allows a prefix.
package enum ServiceSource: String, Hashable, Sendable, CaseIterable {
    /// The application has published it in its memory.
    case processContext = "process_context"
    /// It is in the environment of the application.
    case environment
    /// The application says nothing; it is called by the workload.
    case workload

    /// The key of the attribute.
    package static let key = "tcplens.service.source"
}
