/// The names of pods and containers, from the directories of their logs.
///
/// The kubelet names directories and links after what they belong to, so that no API is needed:
///
/// - `/var/log/pods/<namespace>_<pod>_<uid>`
/// - `/var/log/containers/<pod>_<namespace>_<container>-<id>.log`
///
/// The directories of a pod are those of its containers, but no id is in them: a container's own name is only known
/// from its link. The sandbox (pause) container has none. Names that would be longer than 255 bytes are cut by the
/// kubelet, and then not understood here.
package struct KubernetesNames: Sendable {
    /// The names of a container, or of a pod.
    package struct Names: Hashable, Sendable {
        /// The namespace.
        package var namespace: String
        /// The pod.
        package var pod: String
        /// The container in its pod; `nil` for a pod or a sandbox.
        package var container: String?

        /// Creates names.
        package init(namespace: String, pod: String, container: String? = nil) {
            (self.namespace, self.pod, self.container) = (namespace, pod, container)
        }
    }

    private(set) var pods: NameListing
    private(set) var containers: NameListing

    /// Reads from these directories at ``refresh()``.
    ///
    /// - Parameters:
    ///   - pods: The directory with a directory of each pod.
    ///   - containers: The directory with a link of each container.
    ///   - limit: How many entries of each directory are read; a node has a few thousand at most.
    package init(pods: String = "/var/log/pods", containers: String = "/var/log/containers", limit: Int = 10_000) {
        self.pods = NameListing(path: pods, limit: limit) { name in
            Self.ofPod(name).map { ($0.uid, $0.names) }
        }
        self.containers = NameListing(path: containers, limit: limit) { name in
            Self.ofContainer(name).map { ($0.id, $0.names) }
        }
    }

    /// Reads again what has changed.
    ///
    /// - Returns: Whether any names are others than before.
    package mutating func refresh() -> Bool {
        let changes = [pods.refresh(), containers.refresh()]
        return changes.contains(true)
    }

    /// The names of a workload; `nil` if they are unknown.
    package func names(of identity: WorkloadIdentity) -> Names? {
        guard let pod = identity.pod else { return nil }
        let ofPod = pods.names[pod.uid]
        guard let ofContainer = identity.container.flatMap({ containers.names[$0.id] }) else { return ofPod }
        // A link that contradicts the directory of the pod belongs to another one.
        guard let ofPod, (ofPod.namespace, ofPod.pod) != (ofContainer.namespace, ofContainer.pod) else {
            return ofContainer
        }
        return ofPod
    }

    /// Parses the name of a pod's directory.
    static func ofPod(_ name: String) -> (uid: String, names: Names)? {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, isLabel(parts[0]), isSubdomain(parts[1]),
            let uid = WorkloadIdentity.Pod.canonical(parts[2].utf8), uid == parts[2]
        else { return nil }
        return (uid, Names(namespace: String(parts[0]), pod: String(parts[1])))
    }

    /// Parses the name of a container's link.
    static func ofContainer(_ name: String) -> (id: String, names: Names)? {
        guard name.hasSuffix(".log"), name.utf8.count <= 255 else { return nil }
        let parts = name.dropLast(4).split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, isSubdomain(parts[0]), isLabel(parts[1]),
            let (id, container) = WorkloadIdentity.Container.identifier(in: parts[2]),
            isLabel(container), parts[2].utf8.count == container.utf8.count + 65
        else { return nil }
        return (id, Names(namespace: String(parts[1]), pod: String(parts[0]), container: String(container)))
    }

    /// Whether `text` is a DNS label (RFC 1123), such as the name of a namespace or of a container.
    private static func isLabel(_ text: Substring) -> Bool {
        (1...63).contains(text.utf8.count) && text.first != "-" && text.last != "-"
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Whether `text` is a DNS subdomain (RFC 1123), such as the name of a pod.
    private static func isSubdomain(_ text: Substring) -> Bool {
        text.utf8.count <= 253 && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel)
    }
}
