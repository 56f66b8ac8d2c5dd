package import Glibc

/// An open file or directory, closed with this value.
///
/// All calls block.
package struct FileDescriptor: ~Copyable {
    /// A call of the system that failed, with its POSIX error number.
    package struct Failure: Error, Hashable {
        package var code: CInt
    }

    package let number: CInt

    /// Opens the directory at `path`.
    package init(directory path: String) throws(Failure) {
        number = try Self.check { unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }

    /// Opens the file at `path` to be read.
    package init(file path: String) throws(Failure) {
        number = try Self.check { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    }

    /// Opens the file `name` in `directory`, never through a symbolic link; one that is made is its owner's alone.
    package init(_ name: String, in directory: borrowing FileDescriptor, _ flags: CInt) throws(Failure) {
        let directory = directory.number
        number = try Self.check { unsafe openat(directory, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600) }
    }

    deinit {
        close(number)
    }

    /// What the file is: its kind, mode, owner, size.
    package func status() throws(Failure) -> stat {
        var status = stat()
        _ = try Self.check { unsafe fstat(number, &status) }
        return status
    }

    /// The size of a regular file in bytes; anything else has none.
    package func size() throws(Failure) -> Int {
        let status = try status()
        return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
    }

    /// Reads up to `count` bytes from the beginning; fewer where the file ends.
    package func read(_ count: Int) throws(Failure) -> [UInt8] {
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
    package func write(_ bytes: [UInt8]) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let step = try Self.check {
                unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(step)
        }
    }

    /// Waits until the disk has it.
    package func synchronize() throws(Failure) {
        _ = try Self.check { fsync(number) }
    }

    /// Calls again what a signal interrupted.
    package static func check<Number: SignedInteger>(_ call: () -> Number) throws(Failure) -> Number {
        while true {
            let result = call()
            guard result < 0 else { return result }
            let code = errno
            guard code == EINTR else { throw Failure(code: code) }
        }
    }
}

/// The directory's entries.
extension FileDescriptor {
    /// The names in this directory, in no order, without `.` and `..`.
    package func names() throws(Failure) -> [String] {
        // The stream owns its descriptor and closes it.
        let copy = try Self.check { unsafe openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard let stream = unsafe fdopendir(copy) else {
            let code = errno
            close(copy)
            throw Failure(code: code)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else { throw Failure(code: errno) }
                return names
            }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." {
                names.append(name)
            }
        }
    }

    /// Gives the entry `old` the name `new`, in place of what has it, all at once.
    package func rename(_ old: String, to new: String) throws(Failure) {
        _ = try Self.check { unsafe renameat(number, old, number, new) }
    }

    /// Removes the entry `name`.
    package func remove(_ name: String) throws(Failure) {
        _ = try Self.check { unsafe unlinkat(number, name, 0) }
    }
}
