/// What makes several cgroups one workload.
///
/// Two cgroups belong to the same workload if their identities are equal. Who may make directories in a part of the
/// tree can give them any name: a user below `user@1000.service`, for example. So identities of containers and pods
/// contain the path of their cgroup, and units are found from the root of the tree downwards. A false name can thus
/// never join the workload that it pretends to be.
package enum WorkloadIdentity: Hashable, Sendable, Codable {
    /// The machine itself: the root cgroup, and every cgroup that is not known.
    case host
    /// A container.
    case container(Container)
    /// A pod's own cgroup, or one in it that is not a container.
    case pod(Pod, path: String)
    /// A unit of systemd.
    case unit(Unit)
    /// Any other cgroup.
    case path(String)

    /// A container.
    package struct Container: Hashable, Sendable, Codable {
        /// 64 lower-case hexadecimal digits.
        package var id: String
        /// The runtime; `nil` if the path does not name it.
        package var runtime: Runtime?
        /// The pod that the container is in; `nil` if the path names none.
        package var pod: Pod?
        /// The path of the container's topmost cgroup.
        package var path: String

        /// Creates a container.
        package init(id: String, runtime: Runtime? = nil, pod: Pod? = nil, path: String) {
            (self.id, self.runtime, self.pod, self.path) = (id, runtime, pod, path)
        }
    }

    /// A container runtime, with its name in `container.runtime.name`.
    package enum Runtime: String, Sendable, Codable {
        /// Also nerdctl, and Kubernetes with containerd.
        case containerd
        /// The name in Kubernetes' container ids (`cri-o://…`).
        case crio = "cri-o"
        /// Docker.
        case docker
        /// Podman.
        case podman
    }

    /// A pod of Kubernetes.
    package struct Pod: Hashable, Sendable, Codable {
        /// The UID that the kubelet has: a UUID with dashes, or the 32 hexadecimal digits of a static pod.
        package var uid: String
        /// The class; `nil` if the path does not name it.
        package var qualityOfService: QualityOfService?

        /// Creates a pod.
        package init(uid: String, qualityOfService: QualityOfService? = nil) {
            (self.uid, self.qualityOfService) = (uid, qualityOfService)
        }
    }

    /// A pod's class of service, as Kubernetes writes it in `status.qosClass`.
    package enum QualityOfService: String, Sendable, Codable {
        /// Its limits equal its requests.
        case guaranteed = "Guaranteed"
        /// It has some requests or limits.
        case burstable = "Burstable"
        /// It has neither.
        case bestEffort = "BestEffort"
    }

    /// A unit of systemd.
    package struct Unit: Hashable, Sendable, Codable {
        /// The name as `systemctl` prints it, with its suffix, such as `getty@tty1.service`.
        package var name: String
        /// The user whose manager has the unit; `nil` for the system's manager.
        package var user: UInt32?

        /// Creates a unit.
        package init(_ name: String, user: UInt32? = nil) {
            (self.name, self.user) = (name, user)
        }
    }

    /// The container, if it is one.
    package var container: Container? {
        if case .container(let container) = self { container } else { nil }
    }

    /// The pod that it is or is in.
    package var pod: Pod? {
        switch self {
        case .container(let container): container.pod
        case .pod(let pod, _): pod
        case .host, .unit, .path: nil
        }
    }

    /// The unit, if it is one.
    package var unit: Unit? {
        if case .unit(let unit) = self { unit } else { nil }
    }
}
