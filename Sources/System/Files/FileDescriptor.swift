package import Glibc

/// An open file or directory; closed with this value.
///
/// All calls block.
package struct FileDescriptor: ~Copyable {
    /// A failed system call, with its POSIX error number.
    package struct SystemCallError: Error, Hashable {
        /// The POSIX error number.
        package var code: CInt
    }

    /// The number of the descriptor, which is valid as long as this value.
    package let number: CInt

    /// Opens the directory at `path`.
    package init(directory path: String) throws(SystemCallError) {
        number = try Self.check { unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }

    /// Opens the file at `path` for reading.
    package init(file path: String) throws(SystemCallError) {
        number = try Self.check { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    }

    /// Opens the file `name` in `directory`, but not through a symbolic link.
    ///
    /// A new file gets access for its owner only.
    package init(_ name: String, in directory: borrowing FileDescriptor, _ flags: CInt) throws(SystemCallError) {
        let directory = directory.number
        number = try Self.check { unsafe openat(directory, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600) }
    }

    deinit {
        close(number)
    }

    /// The status of the file: its kind, mode, owner, size.
    package func status() throws(SystemCallError) -> stat {
        var status = stat()
        _ = try Self.check { unsafe fstat(number, &status) }
        return status
    }

    /// The size of a regular file in bytes; 0 for everything else.
    package func size() throws(SystemCallError) -> Int {
        let status = try status()
        return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
    }

    /// Reads up to `count` bytes from the beginning; fewer if the file is shorter.
    package func read(_ count: Int) throws(SystemCallError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let start = done
            let step = try Self.check {
                unsafe bytes.withUnsafeMutableBytes { bytes in
                    unsafe pread(number, bytes.baseAddress?.advanced(by: start), count - start, off_t(start))
                }
            }
            guard step > 0 else { break }
            done += step
        }
        bytes.removeLast(count - done)
        return bytes
    }

    /// Writes all of `bytes`.
    package func write(_ bytes: [UInt8]) throws(SystemCallError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let step = try Self.check {
                unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(step)
        }
    }

    /// Waits until the disk has stored the file (`fsync(2)`).
    package func synchronize() throws(SystemCallError) {
        _ = try Self.check { fsync(number) }
    }

    /// Repeats a call that was interrupted by a signal.
    package static func check<Number: SignedInteger>(_ call: () -> Number) throws(SystemCallError) -> Number {
        while true {
            let result = call()
            guard result < 0 else { return result }
            let code = errno
            guard code == EINTR else { throw SystemCallError(code: code) }
        }
    }
}

/// The directory's entries.
extension FileDescriptor {
    /// The names in this directory without `.` and `..`, in no particular order, at most `limit`.
    package func names(limit: Int = .max) throws(SystemCallError) -> [String] {
        // The stream owns its descriptor and closes it.
        let copy = try Self.check { unsafe openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard let stream = unsafe fdopendir(copy) else {
            let code = errno
            close(copy)
            throw SystemCallError(code: code)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while names.count < limit {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else { throw SystemCallError(code: errno) }
                return names
            }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." {
                names.append(name)
            }
        }
        return names
    }

    /// Atomically renames `old` to `new`, replacing an existing entry.
    package func rename(_ old: String, to new: String) throws(SystemCallError) {
        _ = try Self.check { unsafe renameat(number, old, number, new) }
    }

    /// Removes the entry `name`.
    package func remove(_ name: String) throws(SystemCallError) {
        _ = try Self.check { unsafe unlinkat(number, name, 0) }
    }
}
