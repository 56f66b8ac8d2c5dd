import Foundation
import Glibc
import Testing

@testable import BPF
@testable import Probes

/// Who may have a directory of pins.
@Suite(.serialized, .enabled(if: geteuid() == 0, "pinning needs root")) struct PinDirectoryTests {
    private let path = "/sys/fs/bpf/tcplens-test-\(UUID().uuidString.prefix(8))"

    private func make() throws {
        let code = unsafe mkdir(path, 0o700)
        try #require(code == 0)
    }

    @Test func `a directory belongs to one at a time`() throws {
        let first = try PinDirectory.claim(path)
        #expect(throws: PinError.self) { try PinDirectory.claimExisting(path) }
        #expect(try first.removeAll() == 0)
        #expect(try PinDirectory.claimExisting(path) == nil)
        withExtendedLifetime(first) {}
    }

    @Test func `only a directory of a BPF file system will do`() {
        for path in ["/tmp/tcplens-pins", "/sys/fs/bpf/missing/directory", "relative", ""] {
            let error = #expect(throws: PinError.self) { try PinDirectory.claim(path) }
            #expect(error?.description.contains("BPF file system") == true, "\(path)")
        }
    }

    @Test(arguments: [0o777, 0o720, 0o702]) func `a directory that others can change is refused`(mode: Int) throws {
        try make()
        defer { _ = unsafe rmdir(path) }
        let code = unsafe chmod(path, mode_t(mode))
        #expect(code == 0)
        let error = #expect(throws: PinError.self) { try PinDirectory.claim(path) }
        #expect(error?.description.contains("chmod 700 \(path)") == true)
    }

    @Test func `a link to a directory is refused`() throws {
        try make()
        let link = path + "-link"
        defer {
            _ = unsafe unlink(link)
            _ = unsafe rmdir(path)
        }
        let code = unsafe symlink(path, link)
        #expect(code == 0)
        #expect(throws: PinError.self) { try PinDirectory.claim(link) }
    }

    @Test(arguments: ["", "..", "../1/tcp_io", "a/b", "a.b", "a\0b", "ä"])
    func `a name can't leave the directory of its generation`(name: String) throws {
        let directory = try PinDirectory.claim(path)
        defer { _ = try? directory.removeAll() }
        let error = #expect(throws: BPFError.self) { try directory.open(name, of: 1) }
        #expect(error?.code == EINVAL)
    }

    @Test func `what is pinned under another layout is not adopted`() throws {
        let directory = try PinDirectory.claim(path)
        defer { _ = try? directory.removeAll() }
        let options = AgentObjectOptions(namespace: 1, isPinned: true)
        let loaded = try directory.load(options)
        let generation = try #require(loaded.pinned?.generation)
        try GenerationWord(loaded.object).pass(to: generation)
        for program in loaded.object.description.eventPrograms {
            let link = try loaded.object.attach(program)
            try link.withDescriptor { try directory.pin($0, as: PinName.link(program), of: generation) }
        }
        #expect(try directory.load(options).pinned?.isAdopted == true)
        // The name says tcp_io, and it is another map.
        let name = "\(directory.directory(of: generation))/tcp_io"
        let code = unsafe unlink(name)
        #expect(code == 0)
        try Pin.keep(try loaded.object.descriptor(of: "tcp_resets"), at: name)
        let error = #expect(throws: BPFError.self) { try directory.load(options) }
        #expect(error?.description.contains("adopt the map tcp_io, which has another form") == true)
    }
}
