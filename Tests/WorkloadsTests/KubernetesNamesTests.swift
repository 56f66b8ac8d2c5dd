import Foundation
import System
import Testing

@testable import Workloads

/// The names of pods and containers, from the names of their logs.
@Suite struct KubernetesNamesTests {
    private static let id = "49f9e8e5395d57c1083996c09e2e6f042d5fe1ec0310facab32f94912b35ce59"
    private static let sandbox = "c74b0f5062f0bc726cae1e9369ad4a95deed6b298d247f0407475adb23fa3190"
    private static let uid = "2942c55e-c9cb-428a-93f4-eaf89c1f3ce0"
    private static let pod = "/kubepods/burstable/pod\(uid)"

    private let logs: Folder
    private var names: KubernetesNames

    init() throws {
        logs = try Folder()
        try logs.make("pods")
        try logs.make("containers")
        names = KubernetesNames(pods: logs.path + "/pods", containers: logs.path + "/containers")
    }

    @Test func `a container has the names of its link, and a sandbox those of its pod`() throws {
        var names = names
        try logs.make("pods/shop_cart-0_\(Self.uid)/web")
        try logs.write("containers/cart-0_shop_web-\(Self.id).log")
        let changed1 = names.refresh()
        #expect(changed1)
        #expect(
            names.names(of: WorkloadIdentity(path: "\(Self.pod)/\(Self.id)"))
                == .init(namespace: "shop", pod: "cart-0", container: "web")
        )
        let pod = KubernetesNames.Names(namespace: "shop", pod: "cart-0")
        #expect(names.names(of: WorkloadIdentity(path: "\(Self.pod)/\(Self.sandbox)")) == pod)
        #expect(names.names(of: WorkloadIdentity(path: Self.pod)) == pod)
        #expect(names.names(of: WorkloadIdentity(path: "/docker/\(Self.id)")) == nil, "it is in no pod")
        #expect(names.names(of: .host) == nil)
    }

    @Test func `each directory is enough alone`() throws {
        var names = names
        try logs.write("containers/cart-0_shop_web-\(Self.id).log")
        _ = names.refresh()
        let container = WorkloadIdentity(path: "\(Self.pod)/\(Self.id)")
        #expect(names.names(of: container)?.container == "web")
        try logs.remove("containers")
        try logs.make("pods/shop_cart-0_\(Self.uid)")
        let changed2 = names.refresh()
        #expect(changed2)
        #expect(names.names(of: container) == .init(namespace: "shop", pod: "cart-0"))
        try logs.remove("pods")
        let changed3 = names.refresh()
        #expect(changed3)
        #expect(names.names(of: container) == nil)
        let changed4 = names.refresh()
        #expect(!changed4, "both are missing, as before")
    }

    @Test func `a link that contradicts the pod's directory is not believed`() throws {
        var names = names
        try logs.make("pods/shop_cart-0_\(Self.uid)")
        try logs.write("containers/other_bank_vault-\(Self.id).log")
        _ = names.refresh()
        #expect(
            names.names(of: WorkloadIdentity(path: "\(Self.pod)/\(Self.id)"))
                == .init(namespace: "shop", pod: "cart-0")
        )
    }

    @Test func `a directory that has not changed is not read again`() throws {
        var names = names
        try logs.write("containers/cart-0_shop_web-\(Self.id).log")
        // The second time because the first one may have been in the tick of the change.
        for _ in 0..<5 { _ = names.refresh() }
        #expect(names.containers.reads == 2)
        try logs.write("containers/cart-1_shop_web-\(Self.sandbox).log")
        let changed5 = names.refresh()
        #expect(changed5)
        #expect(names.containers.names.count == 2)
    }

    @Test(arguments: [
        "", "_", "__", "shop_cart-0", "shop_cart-0_\(uid)_x", "Shop_cart-0_\(uid)", "_cart-0_\(uid)",
        "shop__\(uid)", "-shop_cart_\(uid)", "shop-_cart_\(uid)", "shop_.cart_\(uid)", "shop_a..b_\(uid)",
        "shop_cart-0_\(uid.uppercased())", "shop_cart-0_\(uid.replacing("-", with: "_"))",
        "shop_cart-0_\(uid.dropLast())", "a.b_cart_\(uid)", "\(String(repeating: "a", count: 64))_cart_\(uid)",
        "shop_\(String(repeating: "a", count: 64))_\(uid)", "shop_c\u{1b}art_\(uid)", "shop_cärt_\(uid)",
        "shop_\u{fffd}_\(uid)",
    ])
    func `a hostile name of a pod's directory is ignored`(name: String) {
        #expect(KubernetesNames.ofPod(name) == nil)
    }

    @Test(arguments: [
        "", ".log", "_.log", "cart_shop_web-\(id)", "cart_shop_web-\(id).log.gz", "cart_shop_web-\(id.dropLast()).log",
        "cart_shop_web\(id).log", "cart_shop_-\(id).log", "cart_shop_\(id).log", "cart_shop_Web-\(id).log",
        "cart_shop_we:b-\(id).log", "cart_shop_a:b-\(id).log", "cart_shop_a-conmon-\(id).log",
        "cart_shop_web-\(id).scope.log", "cart_shop_web_x-\(id).log", "cart_sh.op_web-\(id).log",
        "cart_shop_web-\(id.uppercased()).log", "../cart_shop_web-\(id).log", "cart_shop_w\nb-\(id).log",
        "\(String(repeating: "a.", count: 120))a_shop_web-\(id).log",
    ])
    func `a hostile name of a container's link is ignored`(name: String) {
        #expect(KubernetesNames.ofContainer(name)?.id == nil)
    }

    @Test func `names with dots and dashes are kept whole`() {
        #expect(
            KubernetesNames.ofPod("kube-system_etcd-node.example.org_6ee446d6be6a568276996300eaf0cf41")?.names
                == .init(namespace: "kube-system", pod: "etcd-node.example.org")
        )
        #expect(
            KubernetesNames.ofContainer("a.b-1_kube-system_side-car-2-\(Self.id).log")?.names
                == .init(namespace: "kube-system", pod: "a.b-1", container: "side-car-2")
        )
    }

    @Test func `a directory with 100 000 entries costs no more than the limit`() throws {
        let links = (0..<100_000).map { "containers/p\($0)_shop_web-\(Self.digits($0)).log" }
        for link in links { try logs.link(link) }
        defer { for link in links { logs.unlink(link) } }
        var names = KubernetesNames(pods: logs.path + "/pods", containers: logs.path + "/containers", limit: 1000)
        let hasChanged = names.refresh()
        #expect(hasChanged)
        #expect(names.containers.names.count == 1000)
        // No more is read for what is not kept.
        var directory = try FileDescriptor(directory: logs.path + "/containers").names(limit: 7)
        #expect(directory.count == 7)
        directory = try FileDescriptor(directory: logs.path + "/containers").names()
        #expect(directory.count == 100_000)
    }

    private static func digits(_ number: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 64 - text.count) + text
    }
}
