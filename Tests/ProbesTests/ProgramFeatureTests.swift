import CProbes
import Glibc
import Testing

@testable import BPF
@testable import Probes

/// What the kernel is asked before programs are loaded.
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
            // read() into it and one byte beyond.
            let file = unsafe open("/dev/zero", O_RDONLY)
            defer { close(file) }
            #expect(unsafe read(file, buffer.start, words * 8) == words * 8)
            #expect(unsafe read(file, buffer.start + words, 8) == -1)
            #expect(errno == EFAULT)
        }
    }

    @Test func `a per-CPU map can't be taken for one with single values`() throws {
        let object = try Object(.resets)
        try object.load()
        #expect(throws: BPFError.self) { _ = try object.map("tcp_resets") as Map<UInt32, UInt64> }
    }

    @Test func `an object for interpreters has no call of the kernel's functions`() throws {
        for embedded in EmbeddedObject.allCases where embedded.interpreted != embedded {
            let text = unsafe String(decoding: embedded.interpreted.bytes, as: UTF8.self)
            #expect(!text.contains("bpf_rdonly_cast") || !text.contains(".ksyms"), "\(embedded.rawValue)")
            let object = try Object(embedded.interpreted)
            try object.load()
        }
    }
}
