internal import Glibc

extension StandardStream {
    /// Whether it is a terminal.
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// The width of the terminal in characters; `nil` if it is not a terminal or the width is unknown.
    package var columns: Int? { windowSize.map { Int($0.ws_col) }.flatMap { $0 > 0 ? $0 : nil } }

    /// The height of the terminal in lines; `nil` if it is not a terminal or the height is unknown.
    package var lines: Int? { windowSize.map { Int($0.ws_row) }.flatMap { $0 > 0 ? $0 : nil } }

    private var windowSize: winsize? {
        var size = winsize()
        return unsafe ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0 ? size : nil
    }

    /// Checks, without writing, whether there is still a reader.
    ///
    /// - Throws: ``Failure`` for a closed pipe if there is none, as after `| head`.
    package func checkReader() throws(Failure) {
        var state = pollfd(fd: rawValue, events: 0, revents: 0)
        guard unsafe poll(&state, 1, 0) > 0, CInt(state.revents) & POLLERR != 0 else { return }
        throw Failure(code: EPIPE)
    }
}
