internal import Glibc

/// Standard output or standard error, without buffering.
///
/// `print` buffers its output if it goes to a pipe; but output that a person follows with `| grep` must arrive line by
/// line.
package enum StandardStream: CInt, Sendable {
    /// For data.
    case output = 1
    /// For logs and error messages.
    case error = 2

    /// Why output could not be written.
    package struct Failure: Error, CustomStringConvertible, Sendable {
        /// The POSIX error number.
        package var code: CInt

        /// Whether the reader of the pipe is gone, as after `| head`.
        package var isClosedPipe: Bool { code == EPIPE }

        /// One line: what failed and why.
        package var description: String {
            "cannot write to standard output: \(SystemError.text(code))"
        }
    }

    /// Writes a text somewhere.
    package typealias Writer = @Sendable (String) throws(Failure) -> Void

    /// Writes `text`; blocks while the other end does not read.
    ///
    /// - Throws: ``Failure`` if not everything could be written.
    package func write(_ text: String) throws(Failure) {
        try write(Array(text.utf8))
    }

    /// Writes `bytes`; blocks while the other end does not read.
    ///
    /// - Throws: ``Failure`` if not everything could be written.
    package func write(_ bytes: [UInt8]) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(rawValue, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno != EINTR {
                throw Failure(code: errno)
            }
        }
    }
}

extension StandardStream {
    /// Writes `bytes` like ``write(_:)``.
    ///
    /// If it is a pipe and `isOver` returns true, it stops after nobody has read from the pipe for `stallLimit`.
    ///
    /// - Returns: The number of bytes that were written.
    /// - Throws: ``Failure`` if they can't be written.
    package func write(_ bytes: [UInt8], stallLimit: Duration, isOver: () -> Bool) throws(Failure) -> Int {
        var status = stat()
        guard unsafe fstat(rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
            try write(bytes)
            return bytes.count
        }
        let clock = ContinuousClock()
        var done = 0
        var lastProgress = clock.now
        while done < bytes.count {
            var state = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
            guard unsafe poll(&state, 1, 100) > 0 else {
                if isOver(), clock.now - lastProgress > stallLimit { break }
                continue
            }
            // The amount that a writable pipe accepts without blocking (PIPE_BUF).
            let next = min(done + 4096, bytes.count)
            try write(Array(bytes[done..<next]))
            done = next
            lastProgress = clock.now
        }
        return done
    }
}
