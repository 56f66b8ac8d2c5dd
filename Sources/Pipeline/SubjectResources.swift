internal import Metrics
internal import Resource

/// The resources of a reader: its own, and one for each further subject of its metrics.
///
/// Resources are made once and kept while their subjects exist, so that they are found without comparing text.
struct SubjectResources: Sendable, Codable {
    /// A resource and what it was made of.
    private struct Made: Sendable, Codable {
        var attributes: Attributes
        var resource: Metrics.Resource
    }

    /// The reader's own resource.
    private var own: Metrics.Resource
    private var made: [MetricGroup.Subject: Made] = [:]
    /// Resources that have changed, with their new attributes.
    private var renamed: [Attributes: Attributes] = [:]

    /// Creates the resources of a reader with this resource of its own.
    init(_ own: Metrics.Resource) {
        self.own = own
    }

    /// The resource of a group.
    mutating func resource(of group: MetricGroup) -> Metrics.Resource {
        guard group.subject != .own else { return own }
        let known = made[group.subject]
        if let known, known.attributes == group.attributes { return known.resource }
        let resource = resource(of: group.subject, group.attributes)
        made[group.subject] = Made(attributes: group.attributes, resource: resource)
        note(known?.resource, resource)
        return resource
    }

    /// Forgets all subjects but those of `groups`.
    mutating func keep(_ groups: [MetricGroup]) {
        let subjects = Set(groups.map(\.subject))
        // Usually none is gone.
        guard made.keys.contains(where: { !subjects.contains($0) }) else { return }
        made = made.filter { subjects.contains($0.key) }
    }

    /// Uses another resource of the reader's own; those that are made from it change, too.
    mutating func replace(_ own: Metrics.Resource) {
        note(self.own, own)
        self.own = own
        for (subject, old) in made {
            let resource = resource(of: subject, old.attributes)
            made[subject]?.resource = resource
            note(old.resource, resource)
        }
    }

    /// The resources that have changed since the last call, with their new attributes.
    mutating func takeRenamed() -> [Attributes: Attributes] {
        defer { renamed = [:] }
        return renamed
    }

    /// Continues with the resources of another reader, whose own resource is the same or was changed.
    mutating func resume(_ saved: SubjectResources) {
        let own = own
        self = saved
        replace(own)
    }

    private func resource(of subject: MetricGroup.Subject, _ attributes: Attributes) -> Metrics.Resource {
        subject == .overflow ? AgentResource.ofOverflow(own) : AgentResource.ofWorkload(own, attributes)
    }

    private mutating func note(_ old: Metrics.Resource?, _ new: Metrics.Resource) {
        guard let old, old.attributes != new.attributes else { return }
        renamed[old.attributes] = new.attributes
    }
}
