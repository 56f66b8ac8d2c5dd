/// Labels that tell a host or a workload apart in a backend.
struct Identity: Hashable, Sendable {
    /// The labels that can tell hosts apart: those of a scrape, and those of backends that make labels of resources.
    static let labels = ["job", "instance", "host_name"]

    /// The labels that the series have.
    var labels: [String: String]
    /// The name of the host: that of the resource, else the address that is scraped.
    var host: String?
    /// The name of the service: that of the resource, else what the scrape is called.
    var service: String?

    /// Whether the series belong to a host with this name.
    ///
    /// A scraped address may have a port, which is no part of the name.
    func isOf(host name: String) -> Bool {
        if host == name { return true }
        guard labels["host_name"] == nil, let instance = labels["instance"] else { return false }
        return instance == name
            || instance.hasPrefix("\(name):") && instance.dropFirst(name.count + 1).allSatisfy(\.isNumber)
    }

    /// Whether the series belong to a service with this name, which may be in a namespace.
    func isOf(service name: String) -> Bool {
        service == name || service?.hasSuffix("/\(name)") ?? false
    }
}

/// The identities that are asked about.
struct IdentitySelection: Hashable, Sendable {
    /// The identities.
    var identities: [Identity]
    /// The labels that tell them apart, of which a series need not have all.
    var labels: [String]
    /// Conditions in PromQL that leave out most of the others; what is left over is filtered later.
    var matchers: [String]

    /// Selects those of a host or a service.
    ///
    /// A series without a label that others have is not theirs, so labels of all are compared.
    init(_ all: [Identity], host: String?, service: String?) {
        identities = all.filter { identity in
            (host.map(identity.isOf(host:)) ?? true) && (service.map(identity.isOf(service:)) ?? true)
        }
        let keys = Set(all.flatMap(\.labels.keys))
        labels = (Identity.labels + (service == nil ? [] : ["service_name"])).filter(keys.contains)
        let kept = Set(labels)
        for place in identities.indices {
            identities[place].labels = identities[place].labels.filter { kept.contains($0.key) }
        }
        matchers = host == nil && service == nil ? [] : Self.matchers(identities, labels)
    }

    /// More values than this would make a query that backends refuse as too long.
    private static let mostValues = 200

    private static func matchers(_ identities: [Identity], _ labels: [String]) -> [String] {
        labels.compactMap { label in matcher(label, Set(identities.map { $0.labels[label] ?? "" })) }
    }

    /// A condition in PromQL that a label has one of these values; nil if they are too many.
    static func matcher(_ label: String, _ values: Set<String>) -> String? {
        guard let first = values.first, values.count <= mostValues else { return nil }
        return values.count == 1
            ? "\(label)=\"\(first.escaped)\""
            : "\(label)=~\"\(values.sorted().map(\.asPattern).joined(separator: "|"))\""
    }

    /// The identity of a row; nil if it is not selected.
    func identity(of row: [String: String]) -> Identity? {
        identities.first { identity in labels.allSatisfy { (row[$0] ?? "") == (identity.labels[$0] ?? "") } }
    }
}

extension String {
    /// The text within quotation marks in PromQL.
    fileprivate var escaped: String {
        reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }

    /// A regular expression in quotation marks that matches this text alone.
    fileprivate var asPattern: String {
        reduce(into: "") { text, character in
            if "\\.+*?()|[]{}^$".contains(character) { text += "\\" }
            text.append(character)
        }.escaped
    }
}
