internal import Glibc
internal import System

/// What to do with the files below a directory of pins.
///
/// No link is followed: root also removes what agents of other users have pinned, and their links could lead anywhere.
enum PinTree {
    case count, remove

    /// Does it to what is called `name` in a directory, and to all that is in it.
    ///
    /// - Parameters:
    ///   - name: The name, relative to `parent`.
    ///   - parent: Where it is.
    ///   - path: The path of `name`, for errors.
    /// - Returns: How many files there are, directories not counted.
    /// - Throws: ``PinError`` when the kernel refuses.
    func files(_ name: String, in parent: borrowing FileDescriptor, path: String) throws(PinError) -> Int {
        let directory: FileDescriptor
        do throws(FileDescriptor.SystemCallError) {
            directory = try FileDescriptor(name, in: parent, O_RDONLY | O_DIRECTORY)
        } catch {
            guard error.code != ENOENT else { return 0 }
            guard error.code == ENOTDIR || error.code == ELOOP else { throw PinError("open", path, error.code) }
            try end(name, in: parent, path, 0)
            return 1
        }
        var count = 0
        for name in try Self.names(directory, path) {
            count += try files(name, in: directory, path: "\(path)/\(name)")
        }
        try end(name, in: parent, path, AT_REMOVEDIR)
        return count
    }

    private func end(_ name: String, in parent: borrowing FileDescriptor, _ path: String, _ flags: CInt)
        throws(PinError)
    {
        guard self == .remove else { return }
        guard unsafe unlinkat(parent.number, name, flags) == 0 || errno == ENOENT else {
            throw PinError("remove", path, errno)
        }
    }

    private static func names(_ directory: borrowing FileDescriptor, _ path: String) throws(PinError) -> [String] {
        do throws(FileDescriptor.SystemCallError) {
            return try directory.names()
        } catch {
            throw PinError("read", path, error.code)
        }
    }
}
