internal import Glibc

extension StandardStream {
    /// Whether a person sees it at once.
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// How many characters a line of the terminal has; `nil` when it is none, or does not tell.
    package var columns: Int? { windowSize.map { Int($0.ws_col) }.flatMap { $0 > 0 ? $0 : nil } }

    /// How many lines the terminal has; `nil` when it is none, or does not tell.
    package var lines: Int? { windowSize.map { Int($0.ws_row) }.flatMap { $0 > 0 ? $0 : nil } }

    private var windowSize: winsize? {
        var size = winsize()
        return unsafe ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0 ? size : nil
    }

    /// Looks, without writing, whether anybody can still read what would be written.
    ///
    /// - Throws: ``Failure`` of a closed pipe when nobody can, as after `| head`.
    package func checkReader() throws(Failure) {
        var state = pollfd(fd: rawValue, events: 0, revents: 0)
        guard unsafe poll(&state, 1, 0) > 0, CInt(state.revents) & POLLERR != 0 else { return }
        throw Failure(code: EPIPE)
    }
}
