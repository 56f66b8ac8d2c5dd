/// A path of a control group as some runtime makes it, and what the resource of its workload says.
struct ControlGroupNaming: Sendable {
    /// The path.
    var path: String
    /// The attributes by which the workload is known.
    var attributes: [String]

    init(_ path: String, _ attributes: String...) {
        (self.path, self.attributes) = (path, attributes)
    }

    /// Every way in which runtimes and systemd name groups, each with ids of its own.
    static func all() -> [ControlGroupNaming] { kubelet() + runtimes() + nested() + others() }

    /// Pods of Kubernetes, by both drivers of the kubelet.
    private static func kubelet() -> [ControlGroupNaming] {
        func named(
            _ qualityOfService: String? = nil,
            uid: String = ContainerNames.uid(),
            _ path: (_ uid: String, _ id: String) -> String
        ) -> ControlGroupNaming {
            let id = ContainerNames.id()
            // In the name of a slice the dashes would separate levels.
            let text = path("\u{0}", id).contains("pod\u{0}.slice") ? uid.replacing("-", with: "_") : uid
            var naming = ControlGroupNaming(path(text, id), "container.id=\(id)", "k8s.pod.uid=\(uid)")
            if let qualityOfService { naming.attributes.append("tcplens.k8s.pod.qos_class=\(qualityOfService)") }
            return naming
        }
        func slice(_ qualityOfService: String, _ uid: String) -> String {
            "/kubepods.slice/kubepods-\(qualityOfService).slice/kubepods-\(qualityOfService)-pod\(uid).slice"
        }
        return [
            named("Burstable") { "/kubepods/burstable/pod\($0)/\($1)" },
            named("Guaranteed") { "/kubepods/pod\($0)/\($1)" },
            named("BestEffort", uid: ContainerNames.digits()) { "/kubepods/besteffort/pod\($0)/\($1)/kube-proxy" },
            named("Guaranteed") { "/kubepods/pod\($0)/crio-\($1)" },
            named("Burstable") { slice("burstable", $0) + "/cri-containerd-\($1).scope" },
            named("Guaranteed") { "/kubepods.slice/kubepods-pod\($0).slice/cri-containerd-\($1).scope" },
            named("Burstable") { slice("burstable", $0) + "/crio-\($1).scope" },
            named("Burstable") { slice("burstable", $0) + "/crio-\($1).scope/container" },
            named("BestEffort") { slice("besteffort", $0) + "/docker-\($1).scope" },
        ]
    }

    private static func runtimes() -> [ControlGroupNaming] {
        func named(_ runtime: String, _ path: (_ id: String) -> String) -> ControlGroupNaming {
            let id = ContainerNames.id()
            return ControlGroupNaming(path(id), "container.id=\(id)", "container.runtime.name=\(runtime)")
        }
        return [
            named("docker") { "/docker/\($0)" },
            named("docker") { "/system.slice/docker-\($0).scope" },
            named("podman") { "/libpod_parent/libpod-\($0)" },
            named("podman") { "/libpod_parent/\(ContainerNames.id())/libpod-\($0)" },
            named("podman") { "/machine.slice/libpod-\($0).scope/container" },
        ]
    }

    /// Containers in containers and in units.
    private static func nested() -> [ControlGroupNaming] {
        let (inner, node, uid) = (ContainerNames.id(), ContainerNames.id(), ContainerNames.uid())
        let (second, pod) = (ContainerNames.id(), ContainerNames.uid())
        let (third, escaped) = (ContainerNames.id(), ContainerNames.uid())
        let slice = "kubelet-kubepods-besteffort-pod\(uid.replacing("-", with: "_")).slice"
        let colon = "kubepods-burstable-pod\(escaped.replacing("-", with: "_")).slice:cri-containerd:\(third)"
        return [
            ControlGroupNaming(
                "/docker/\(node)/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/\(slice)"
                    + "/cri-containerd-\(inner).scope",
                "container.id=\(inner)",
                "k8s.pod.uid=\(uid)"
            ),
            ControlGroupNaming(
                "/system.slice/docker-\(ContainerNames.id()).scope/kubepods/burstable/pod\(pod)/\(second)",
                "container.id=\(second)",
                "k8s.pod.uid=\(pod)"
            ),
            ControlGroupNaming(
                "/system.slice/containerd.service/\(colon)",
                "container.id=\(third)",
                "k8s.pod.uid=\(escaped)",
                "container.runtime.name=containerd"
            ),
        ]
    }

    /// What is not a container: units of systemd, and any other group.
    private static func others() -> [ControlGroupNaming] {
        let name = "t\(ContainerNames.digits())"
        func unit(_ path: String, _ unit: String, _ more: String...) -> ControlGroupNaming {
            var naming = ControlGroupNaming(path, "tcplens.systemd.unit.name=\(unit)")
            naming.attributes += more
            return naming
        }
        func plain(_ path: String) -> ControlGroupNaming {
            ControlGroupNaming(path, "process.linux.cgroup=0::\(path)")
        }
        let user = "/user.slice/user-1000.slice/user@1000.service/app.slice"
        return [
            unit("/system.slice/\(name).service", "\(name).service"),
            unit("/system.slice/system-\(name).slice/\(name)@one.service", "\(name)@one.service"),
            unit("/system.slice/system-\(name).slice/\(name)@two.service", "\(name)@two.service"),
            unit("\(user)/\(name)-a.service", "\(name)-a.service", "tcplens.systemd.user.id=1000"),
            unit("/system.slice/run-r\(name.dropFirst()).scope", "run-r\(name.dropFirst()).scope"),
            plain("/lxc.payload.\(name)"),
            plain("/\(name)/deep/er"),
        ]
    }
}
