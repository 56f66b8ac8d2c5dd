internal import Glibc

/// Standard output or standard error, written at once and whole.
///
/// `print` keeps what it is given until a buffer is full when the other end is a pipe; what a person follows with
/// `| grep` must come line by line.
package enum StandardStream: CInt, Sendable {
    /// Where data goes.
    case output = 1
    /// Where logs and complaints go.
    case error = 2

    /// What could not be written.
    package struct Failure: Error, CustomStringConvertible, Sendable {
        /// The POSIX error number.
        package var code: CInt

        /// Whether the other end of the pipe has gone, as after `| head`.
        package var isClosedPipe: Bool { code == EPIPE }

        /// One line: what failed and why.
        package var description: String {
            "cannot write to standard output: \(SystemError.text(code))"
        }
    }

    /// Writes a text somewhere.
    package typealias Writer = @Sendable (String) throws(Failure) -> Void

    /// Writes `text` as it is; blocks while the other end does not read.
    ///
    /// - Throws: ``Failure`` when not all of it could be written.
    package func write(_ text: String) throws(Failure) {
        try write(Array(text.utf8))
    }

    /// Writes `bytes`; blocks while the other end does not read.
    ///
    /// - Throws: ``Failure`` when not all of them could be written.
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
    /// Writes `bytes` as ``write(_:)`` does, but not to a pipe that nobody has read from for `patience` once `isOver` says
    /// so.
    ///
    /// - Returns: How many were written.
    /// - Throws: ``Failure`` when they can't be.
    package func write(_ bytes: [UInt8], patience: Duration, isOver: () -> Bool) throws(Failure) -> Int {
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
                if isOver(), clock.now - lastProgress > patience { break }
                continue
            }
            // As much as a pipe that can be written to takes without blocking (PIPE_BUF).
            let next = min(done + 4096, bytes.count)
            try write(Array(bytes[done..<next]))
            done = next
            lastProgress = clock.now
        }
        return done
    }
}
