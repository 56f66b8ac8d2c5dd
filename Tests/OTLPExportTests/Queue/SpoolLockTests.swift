import Foundation
import TestSupport
import Testing

@testable import OTLPExport
@testable import System

@Suite struct SpoolLockTests {
    /// Another descriptor of the file that this process has open at `path`, as a child has after `fork`.
    private func inherited(_ path: String) throws -> FileHandle {
        let own = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").first { number in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")) == path
        }
        let number = try #require(own.flatMap { Int32($0) })
        return FileHandle(fileDescriptor: dup(number), closeOnDealloc: true)
    }

    @Test func `a lock that is given up is free, even while a forked child still has its file open`() throws {
        let folder = try TemporaryDirectory()
        let path = folder.url.plainPath
        let directory = try FileDescriptor(directory: path)
        var lock: SpoolLock? = try SpoolLock(in: directory, path: path)
        let child = try inherited(folder.url.appending(path: SpoolLock.name).plainPath)
        #expect(throws: SpoolError.self) { _ = try SpoolLock(in: directory, path: path) }
        lock = nil
        #expect(throws: Never.self) { _ = try SpoolLock(in: directory, path: path) }
        withExtendedLifetime(child) {}
        _ = lock
    }
}
