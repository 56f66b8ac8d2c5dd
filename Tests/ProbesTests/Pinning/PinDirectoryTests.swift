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

    @Test func `root removes what another user's agent has left, and adopts nothing of it`() throws {
        try make()
        defer { _ = unsafe rmdir(path) }
        let generation = "\(path)/v1/1"
        for directory in ["\(path)/v1", generation] {
            let code = unsafe mkdir(directory, 0o700)
            #expect(code == 0)
        }
        // Its owner could have put links there, to have root remove something else.
        let other = path + "-other"
        let target = unsafe mkdir("\(other)", 0o700)
        let content = unsafe mkdir("\(other)/content", 0o700)
        let link = unsafe symlink(other, "\(generation)/tcp_io")
        #expect([target, content, link] == [0, 0, 0])
        defer { for name in ["/content", ""] { _ = unsafe rmdir(other + name) } }
        for name in [path, "\(path)/v1", generation] {
            let code = unsafe chown(name, 65_534, 65_534)
            #expect(code == 0)
        }
        let refusal = #expect(throws: PinError.self) { try PinDirectory.claim(path) }
        #expect(refusal?.description.contains("others than user 0 can change \(path)") == true)
        let directory = try #require(try PinDirectory.claimExisting(path))
        #expect(try directory.count() == 1)
        #expect(try directory.removeAll() == 1)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(FileManager.default.fileExists(atPath: "\(other)/content"))
    }

    @Test func `nothing is removed through a link in place of a directory`() throws {
        try make()
        let other = path + "-other"
        let target = unsafe mkdir(other, 0o700)
        let content = unsafe mkdir("\(other)/content", 0o700)
        let link = unsafe symlink(other, "\(path)/v1")
        #expect([target, content, link] == [0, 0, 0])
        defer { for name in ["/content", ""] { _ = unsafe rmdir(other + name) } }
        let directory = try #require(try PinDirectory.claimExisting(path))
        #expect(try directory.count() == 1)
        #expect(try directory.removeAll() == 1)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(FileManager.default.fileExists(atPath: "\(other)/content"))
    }

    @Test func `the reason why a directory can't be read is said once`() throws {
        let directory = try PinDirectory.claim(path)
        let generations = "\(path)/v1"
        let removed = unsafe rmdir(generations)
        let link = unsafe symlink(generations, generations)
        #expect([removed, link] == [0, 0])
        defer {
            _ = unsafe unlink(generations)
            _ = unsafe rmdir(path)
        }
        let error = #expect(throws: BPFError.self) {
            try directory.load(AgentObjectOptions(namespace: 1, isPinned: true))
        }
        #expect(error?.description == "read \(generations): Too many levels of symbolic links")
    }

    @Test func `an examination finds what a claim would, and leaves nothing`() throws {
        #expect(try PinDirectory.examine(path) == nil)
        #expect(!FileManager.default.fileExists(atPath: path))
        try make()
        #expect(try PinDirectory.examine(path) == 0)
        #expect(FileManager.default.fileExists(atPath: path))
        let agent = try PinDirectory.claim(path)
        let error = #expect(throws: PinError.self) { try PinDirectory.examine(path) }
        #expect(error?.description.contains("another agent has \(path)") == true)
        #expect(try agent.removeAll() == 0)
        #expect(throws: PinError.self) { try PinDirectory.examine("/tmp/tcplens-pins") }
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
