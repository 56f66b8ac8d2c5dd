import CProbes
import Glibc
import Testing

@testable import BPF
@testable import Probes

/// The features that are probed before programs are loaded.
@Suite(.enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct ProgramFeatureTests {
    @Test func `a kernel that runs these tests has everything`() throws {
        for feature in ProgramFeature.allCases {
            #expect(try feature.isAvailable(), "\(feature)")
        }
    }

    @Test func `the processors are counted by the kernel`() throws {
        let count = try PossibleProcessors.count()
        #expect(count >= sysconf(CInt(_SC_NPROCESSORS_CONF)) && count == PossibleProcessors.shown())
    }

    @Test func `the kernel writes nothing behind a guarded buffer`() throws {
        for words in [1, 511, 512, 513] {
            let buffer = try GuardedBuffer(words: words)
            buffer.fill(with: 0)
            #expect(buffer.leadingZeros == words)
            // read() into the buffer and one byte beyond.
            let file = unsafe open("/dev/zero", O_RDONLY)
            defer { close(file) }
            #expect(unsafe read(file, buffer.start, words * 8) == words * 8)
            #expect(unsafe read(file, buffer.start + words, 8) == -1)
            #expect(errno == EFAULT)
        }
    }

    @Test func `a per-CPU map can't be taken for one with single values`() throws {
        let object = try Object(.agent)
        try object.choose(["on_receive_reset"])
        let loaded = try object.load()
        #expect(throws: BPFError.self) { _ = try loaded.map("tcp_resets") as Map<UInt32, UInt64> }
    }

    @Test(arguments: [true, false])
    func `each object is loaded with calls of the kernel's functions and without`(callsFunctions: Bool) throws {
        for embedded in EmbeddedObject.allCases {
            let object = try Object(embedded, callsFunctions: callsFunctions)
            if embedded == .agent { try object.choose(AgentPrograms(for: KernelFeatures(), responseTime: true).all) }
            _ = try object.load()
        }
    }

    @Test func `types are found by name, without reading all of them`() throws {
        #expect(try KernelBTF.hasFunction("tcp_v4_connect"))
        #expect(try !KernelBTF.hasFunction("no_such_function"))
        #expect(try KernelBTF.has(member: "skc_family", of: "sock_common"))
        #expect(try !KernelBTF.has(member: "no_such_member", of: "sock_common"))
        #expect(try !KernelBTF.has(member: "skc_family", of: "no_such_structure"))
    }

    @Test func `a tracepoint is found with its arguments, and nothing stays attached`() throws {
        let types = try KernelBTF()
        for name in ["tcp_retransmit_skb", "tcp_send_reset", "inet_sock_set_state", "no_such_event", "sys_enter"] {
            let count = types.argumentCount(ofTracepoint: name)
            #expect(try Tracepoint.exists(name) == (count != nil), "\(name)")
            for asked in 1...4 {
                #expect(try Tracepoint.has(arguments: asked, name) == (asked <= count ?? 0), "\(name): \(asked)")
            }
        }
    }
}
