internal import CPlatform
internal import CommandSupport
internal import System

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
        let error = CPlatform_watchSignals()
        guard error == 0 else { throw Failure("cannot watch for signals: \(SystemError.text(error))") }
    }

    /// Takes the terminal.
    ///
    /// - Throws: ``Failure`` when the kernel refuses.
    static func enter() throws(Failure) {
        let error = CPlatform_enterTerminal()
        guard error == 0 else {
            throw Failure("cannot take the terminal: \(SystemError.text(error)); 'tcplens top | cat' needs none")
        }
    }

    /// Gives the terminal back; does nothing when it was not taken.
    static func leave() {
        CPlatform_leaveTerminal()
    }

    /// Gives the terminal back, and takes it again when the process goes on.
    static func suspend() {
        CPlatform_suspendTerminal()
    }

    /// Sets the terminal up once more.
    static func resume() {
        CPlatform_resumeTerminal()
    }

    /// What comes next; `nil` when nothing does in time.
    static func next(within limit: Duration) -> Event? {
        let milliseconds = (limit / .milliseconds(1)).rounded(.up)
        switch Int(CPlatform_waitForEvent(CInt(clamping: Int64(min(max(milliseconds, 0), 1e9))))) {
        case Int(CPLATFORM_GONE): return .gone
        case Int(CPLATFORM_STOP): return .stop
        case Int(CPLATFORM_SUSPEND): return .suspend
        case Int(CPLATFORM_RESUMED): return .resumed
        case Int(CPLATFORM_RESIZED): return .resized
        case let byte: return UInt8(exactly: byte).map(Event.key)
        }
    }
}
