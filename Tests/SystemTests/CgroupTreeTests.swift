import Testing

@testable import System

/// Which of several trees of control groups is read.
@Suite struct CgroupTreeTests {
    @Test func `mounts are read with blanks and optional fields`() {
        let text = """
            36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue
            40 35 0:31 /.. /sys/fs/cgroup ro - cgroup2 cgroup2 rw,nsdelegate
            nonsense
            """
        #expect(
            MountInfo.parse(text) == [
                MountInfo(root: "/mnt1", path: "/mnt 2", type: "ext3", options: ["rw", "errors=continue"]),
                MountInfo(root: "/..", path: "/sys/fs/cgroup", type: "cgroup2", options: ["rw", "nsdelegate"]),
            ]
        )
    }

    @Test func `one that shows all groups is read alone, wherever it stands among others`() {
        let own = CgroupTree.Mount(path: "/own", isWhole: false)
        let part = CgroupTree.Mount(path: "/part", prefix: "/a/b", isWhole: false)
        let whole = CgroupTree.Mount(path: "/host")
        #expect(CgroupTree.choose(among: [own, whole, part]).used == [whole])
        #expect(CgroupTree.choose(among: [own, whole, part]).others == [own, part])
        #expect(CgroupTree.choose(among: [whole, own]).used == [whole])
        #expect(CgroupTree.choose(among: [own, part]).used == [own, part])
        #expect(CgroupTree.choose(among: []).used.isEmpty)
    }

    @Test func `what others may write into a line of the mounts does not change another one`() {
        let first = "40 1 0:9 / /a rw - tmpfs \u{301} rw,x=\r"
        let second = "25 1 0:23 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate"
        #expect(
            MountInfo.parse("\(first)\n\(second)\n") == [
                MountInfo(root: "/", path: "/a", type: "tmpfs", options: ["rw", "x=\r"]),
                MountInfo(root: "/", path: "/sys/fs/cgroup", type: "cgroup2", options: ["rw", "nsdelegate"]),
            ]
        )
    }
}
