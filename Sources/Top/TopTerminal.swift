import CTerminal
import CommandSupport
import Export

/// The terminal that the screen is on, which is given back as it was in every way the process can end.
enum TopTerminal {
    /// What comes from outside.
    enum Event: Equatable {
        /// A byte from the keyboard.
        case key(UInt8)
        /// Nobody sees what is written any more.
        case gone
        /// A signal asks for the end.
        case stop
        /// The terminal is wanted back for a while.
        case suspend
        /// The process goes on after it was stopped.
        case resumed
        /// The window has another size.
        case resized
    }

    /// Makes events of signals.
    ///
    /// - Throws: ``Failure`` when the kernel refuses.
    static func watchSignals() throws(Failure) {
        let error = CTerminal_watch()
        guard error == 0 else { throw Failure("cannot watch for signals: \(SystemError.text(error))") }
    }

    /// Takes the terminal.
    ///
    /// - Throws: ``Failure`` when the kernel refuses.
    static func enter() throws(Failure) {
        let error = CTerminal_enter()
        guard error == 0 else {
            throw Failure("cannot take the terminal: \(SystemError.text(error)); 'tcplens top | cat' needs none")
        }
    }

    /// Gives the terminal back; does nothing when it was not taken.
    static func leave() {
        CTerminal_leave()
    }

    /// Gives the terminal back, and takes it again when the process goes on.
    static func suspend() {
        CTerminal_suspend()
    }

    /// Sets the terminal up once more.
    static func resume() {
        CTerminal_resume()
    }

    /// What comes next; `nil` when nothing does in time.
    static func next(within limit: Duration) -> Event? {
        let milliseconds = (limit / .milliseconds(1)).rounded(.up)
        switch Int(CTerminal_wait(CInt(clamping: Int64(min(max(milliseconds, 0), 1e9))))) {
        case Int(CTERMINAL_GONE): return .gone
        case Int(CTERMINAL_STOP): return .stop
        case Int(CTERMINAL_SUSPEND): return .suspend
        case Int(CTERMINAL_RESUMED): return .resumed
        case Int(CTERMINAL_RESIZED): return .resized
        case let byte: return UInt8(exactly: byte).map(Event.key)
        }
    }
}
