internal import CPlatform
internal import CommandSupport
internal import System

/// The terminal of the screen.
///
/// It is restored in every way in which the process can end.
enum TopTerminal {
    /// An event from outside.
    enum Event: Equatable {
        /// A byte from the keyboard.
        case key(UInt8)
        /// Nobody reads the output any more.
        case gone
        /// A signal to stop.
        case stop
        /// A signal to stop for a while and give the terminal back.
        case suspend
        /// The process continues after it was stopped.
        case resumed
        /// The size of the window has changed.
        case resized
    }

    /// Turns signals into events.
    ///
    /// - Throws: ``Failure`` when the kernel refuses.
    static func watchSignals() throws(Failure) {
        let error = CPlatform_watchSignals()
        guard error == 0 else { throw Failure("cannot watch for signals: \(SystemError.text(error))") }
    }

    /// Takes over the terminal.
    ///
    /// - Throws: ``Failure`` when the kernel refuses.
    static func enter() throws(Failure) {
        let error = CPlatform_enterTerminal()
        guard error == 0 else {
            throw Failure("cannot take the terminal: \(SystemError.text(error)); 'tcplens top | cat' needs none")
        }
    }

    /// Restores the terminal.
    ///
    /// Does nothing if it was not taken over.
    static func leave() {
        CPlatform_leaveTerminal()
    }

    /// Restores the terminal, and takes it over again when the process continues.
    static func suspend() {
        CPlatform_suspendTerminal()
    }

    /// Sets the terminal up again.
    static func resume() {
        CPlatform_resumeTerminal()
    }

    /// The next event; `nil` if there is none within `limit`.
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
