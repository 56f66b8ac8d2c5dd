@testable import Workloads

/// A path, and the container that it belongs to.
struct ContainerVector: Sendable {
    var path: String
    var id: String
    var runtime: WorkloadIdentity.Runtime?
    var uid: String?
    var qualityOfService: WorkloadIdentity.QualityOfService?
    /// The path of the container's own cgroup; `nil` if it is the whole path.
    var top: String?

    init(
        _ path: String,
        _ id: String,
        _ runtime: WorkloadIdentity.Runtime? = nil,
        pod uid: String? = nil,
        _ qualityOfService: WorkloadIdentity.QualityOfService? = nil,
        top: String? = nil
    ) {
        (self.path, self.id, self.runtime) = (path, id, runtime)
        (self.uid, self.qualityOfService, self.top) = (uid, qualityOfService, top)
    }
}

extension ContainerVector {
    /// The id of an inner container.
    static let inner = "40c03570b6f4c30bc8d69923d37ee698f5cfcced92c7b7df1c47f6f7887378a9"

    /// Paths from the tests of other agents and SDKs, and from a live kubelet with containerd.
    static let all = [
        ContainerVector(
            "/kubepods/burstable/pod9729a196c4723b60ab401eaff722982d/"
                + "d166c6190614efc91956b78e96d74c3fbc96ca8e91948c36de3bc5b0e7b27d48",
            "d166c6190614efc91956b78e96d74c3fbc96ca8e91948c36de3bc5b0e7b27d48",
            pod: "9729a196c4723b60ab401eaff722982d",
            .burstable
        ),
        ContainerVector(
            "/kubepods/besteffort/pod0d08203e-255a-11e9-8cd9-0007cb0b2cc8/"
                + "671a50f5d60566556912f61511d0ec9e4d5c78d53fbc4676727180438bbbbc55/kube-proxy",
            "671a50f5d60566556912f61511d0ec9e4d5c78d53fbc4676727180438bbbbc55",
            pod: "0d08203e-255a-11e9-8cd9-0007cb0b2cc8",
            .bestEffort,
            top: "/kubepods/besteffort/pod0d08203e-255a-11e9-8cd9-0007cb0b2cc8/"
                + "671a50f5d60566556912f61511d0ec9e4d5c78d53fbc4676727180438bbbbc55"
        ),
        ContainerVector(
            "/kubepods/poda38c12e8-255a-11e9-8cd9-0007cb0b2cc8/"
                + "32c562ed81a2622b37b80cb216859820ba51bd694f60ee4cf10d07a4011266f8",
            "32c562ed81a2622b37b80cb216859820ba51bd694f60ee4cf10d07a4011266f8",
            pod: "a38c12e8-255a-11e9-8cd9-0007cb0b2cc8",
            .guaranteed
        ),
        ContainerVector(
            "/kubepods/poda48c12e8-255a-11e9-8cd9-0007cb0b2cc8/"
                + "crio-63425c4a8b4291744a79dd9011fddc7a1f8ffda61f65d72196aa01d00cae2e2e",
            "63425c4a8b4291744a79dd9011fddc7a1f8ffda61f65d72196aa01d00cae2e2e",
            .crio,
            pod: "a48c12e8-255a-11e9-8cd9-0007cb0b2cc8",
            .guaranteed
        ),
        ContainerVector(
            "/kubepods.slice/kubepods-burstable.slice/"
                + "kubepods-burstable-pod2942c55e_c9cb_428a_93f4_eaf89c1f3ce0.slice/"
                + "crio-49f9e8e5395d57c1083996c09e2e6f042d5fe1ec0310facab32f94912b35ce59.scope",
            "49f9e8e5395d57c1083996c09e2e6f042d5fe1ec0310facab32f94912b35ce59",
            .crio,
            pod: "2942c55e-c9cb-428a-93f4-eaf89c1f3ce0",
            .burstable
        ),
        ContainerVector(
            "/kubepods.slice/kubepods-burstable.slice/"
                + "kubepods-burstable-podea19ff5d_943a_4466_a07e_a71e9e50cc62.slice/"
                + "crio-21572039dd8398ff8272b031fa5422a40165145ab37f2f8794e1e7f844fe8118.scope/container",
            "21572039dd8398ff8272b031fa5422a40165145ab37f2f8794e1e7f844fe8118",
            .crio,
            pod: "ea19ff5d-943a-4466-a07e-a71e9e50cc62",
            .burstable,
            top: "/kubepods.slice/kubepods-burstable.slice/"
                + "kubepods-burstable-podea19ff5d_943a_4466_a07e_a71e9e50cc62.slice/"
                + "crio-21572039dd8398ff8272b031fa5422a40165145ab37f2f8794e1e7f844fe8118.scope"
        ),
        ContainerVector(
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod3e61c214bc3ed9ff81e21474dd6cba17.slice/"
                + "cri-containerd-c74b0f5062f0bc726cae1e9369ad4a95deed6b298d247f0407475adb23fa3190",
            "c74b0f5062f0bc726cae1e9369ad4a95deed6b298d247f0407475adb23fa3190",
            .containerd,
            pod: "3e61c214bc3ed9ff81e21474dd6cba17",
            .burstable
        ),
        ContainerVector(
            "/system.slice/containerd.service/kubepods-burstable-pod4ed02c0b_0df8_4d14_a30e_fd589ee4143a.slice:"
                + "cri-containerd:d4a9f9195eaf7e4a729f24151101e1de61f1398677e7b82acfb936dff0b4ce55",
            "d4a9f9195eaf7e4a729f24151101e1de61f1398677e7b82acfb936dff0b4ce55",
            .containerd,
            pod: "4ed02c0b-0df8-4d14-a30e-fd589ee4143a",
            .burstable
        ),
        ContainerVector(
            "/kubepods.slice/kubepods-besteffort.slice/"
                + "kubepods-besteffort-pod8712f785_1a3e_41ec_a00b_e2dcc77431cb.slice/"
                + "docker-73051af271105c07e1f493b34856a77e665e3b0b4fc72f76c807dfbffeb881bd.scope",
            "73051af271105c07e1f493b34856a77e665e3b0b4fc72f76c807dfbffeb881bd",
            .docker,
            pod: "8712f785-1a3e-41ec-a00b-e2dcc77431cb",
            .bestEffort
        ),
        ContainerVector(
            "/docker/63425c4a8b4291744a79dd9011fddc7a1f8ffda61f65d72196aa01d00cae2e2d",
            "63425c4a8b4291744a79dd9011fddc7a1f8ffda61f65d72196aa01d00cae2e2d",
            .docker
        ),
        ContainerVector(
            "/system.slice/docker-ba7b10d15d16e10e3de7a2dcd408a3d971169ae303f46cfad4c5453c6326fee2.scope",
            "ba7b10d15d16e10e3de7a2dcd408a3d971169ae303f46cfad4c5453c6326fee2",
            .docker
        ),
        ContainerVector(
            "/docker/8afe480d66074930353da456a1344caca810fe31c1e31f6e08c95a66887235d6/kubelet.slice/"
                + "kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/"
                + "kubelet-kubepods-besteffort-pod44c76ce5_f953_4bd3_bc89_12621681af49.slice/"
                + "cri-containerd-40c03570b6f4c30bc8d69923d37ee698f5cfcced92c7b7df1c47f6f7887378a9.scope",
            inner,
            .containerd,
            pod: "44c76ce5-f953-4bd3-bc89-12621681af49",
            .bestEffort
        ),
        ContainerVector(
            "/../cri-containerd-40c03570b6f4c30bc8d69923d37ee698f5cfcced92c7b7df1c47f6f7887378a9.scope",
            inner,
            .containerd
        ),
        ContainerVector(
            "/../../pode039200acb850c82bb901653cc38ff6e/"
                + "58452031ab6dcaa4fe3ff91f8a46fd41a4a2405586f3cf3d5cb9c93b5bcf62cc",
            "58452031ab6dcaa4fe3ff91f8a46fd41a4a2405586f3cf3d5cb9c93b5bcf62cc",
            pod: "e039200acb850c82bb901653cc38ff6e"
        ),
        ContainerVector(
            "/system.slice/docker-40c03570b6f4c30bc8d69923d37ee698f5cfcced92c7b7df1c47f6f7887378a9.scope/kubepods/"
                + "burstable/podc55ba69a-e39f-44af-925d-c4794fd57878/"
                + "264c1e319d1f6080a48a9fabcf9ac8fd9afd9a5930cf35e8d0eeb03b258c3152",
            "264c1e319d1f6080a48a9fabcf9ac8fd9afd9a5930cf35e8d0eeb03b258c3152",
            pod: "c55ba69a-e39f-44af-925d-c4794fd57878",
            .burstable
        ),
        ContainerVector(
            "/kuberuntime/containerd/kubepods-pod872d2066_00ef_48ea_a7d8_51b18b72d739:cri-containerd:"
                + "e857a4bf05a69080a759574949d7a0e69572e27647800fa7faff6a05a8332aa1",
            "e857a4bf05a69080a759574949d7a0e69572e27647800fa7faff6a05a8332aa1",
            .containerd,
            pod: "872d2066-00ef-48ea-a7d8-51b18b72d739",
            .guaranteed
        ),
        ContainerVector(
            "/machine.slice/libpod-01f3c60cfaadbb51e4d5947dd2ef0480d53551cbcee8f3ada8c3723b2bf03bf4.scope/container",
            "01f3c60cfaadbb51e4d5947dd2ef0480d53551cbcee8f3ada8c3723b2bf03bf4",
            .podman,
            top: "/machine.slice/libpod-01f3c60cfaadbb51e4d5947dd2ef0480d53551cbcee8f3ada8c3723b2bf03bf4.scope"
        ),
        // From a live kubelet with containerd and the driver cgroupfs.
        ContainerVector(
            "/kubepods/besteffort/pod7b788a2a-17a2-48fb-9716-62a7c7f8b27f/"
                + "8abada48ce3022cd825d09bf771a0817659c58a327ac6e15750f83c9caae43ce",
            "8abada48ce3022cd825d09bf771a0817659c58a327ac6e15750f83c9caae43ce",
            pod: "7b788a2a-17a2-48fb-9716-62a7c7f8b27f",
            .bestEffort
        ),
        ContainerVector(
            "/kubepods/burstable/pod6ee446d6be6a568276996300eaf0cf41/"
                + "160a4f564593b5db81306bd4d93b3b9fc7032a773afc76f7cc496d816eb2f6e4",
            "160a4f564593b5db81306bd4d93b3b9fc7032a773afc76f7cc496d816eb2f6e4",
            pod: "6ee446d6be6a568276996300eaf0cf41",
            .burstable
        ),
        // Podman alone, in a pod of its own, with Quadlet, and of a user.
        ContainerVector("/libpod_parent/libpod-\(inner)", inner, .podman),
        ContainerVector("/libpod_parent/\(String(repeating: "ab", count: 32))/libpod-\(inner)", inner, .podman),
        ContainerVector("/system.slice/web.service/libpod-payload-\(inner)", inner, .podman),
        ContainerVector(
            "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(inner).scope/container",
            inner,
            .podman,
            top: "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(inner).scope"
        ),
        ContainerVector("/system.slice/nerdctl-\(inner).scope", inner, .containerd),
        // A runtime that is not known, and a systemd in a container.
        ContainerVector("/actions_job/\(inner)", inner),
        ContainerVector("/machine.slice/other-\(inner).scope", inner),
        ContainerVector(
            "/system.slice/docker-\(inner).scope/system.slice/nginx.service",
            inner,
            .docker,
            top: "/system.slice/docker-\(inner).scope"
        ),
        ContainerVector(
            "/system.slice/docker-\(inner).scope/init.scope",
            inner,
            .docker,
            top: "/system.slice/docker-\(inner).scope"
        ),
    ]
}
