/// Interprets the bytes that keys send.
struct TopKeys {
    /// What a key does.
    enum Action: Equatable {
        /// Ends the program.
        case quit
        /// Changes the grouping of connections.
        case group(TopGrouping)
        /// Pauses the display, or continues.
        case pause
        /// Shows or hides the help for keys.
        case help
        /// Draws everything again.
        case redraw
        /// Nothing. The text is the name of the key.
        case unknown(String)
    }

    /// The state within an escape sequence.
    ///
    /// An arrow key sends `ESC [ A`, whose letter is not a key.
    private enum Sequence {
        case none
        case escape
        case control
    }

    private var sequence = Sequence.none

    /// The action of the key that `byte` completes; `nil` within a sequence and for keys that send sequences.
    mutating func action(of byte: UInt8) -> Action? {
        switch (sequence, byte) {
        case (_, 0x1b):
            sequence = .escape
            return nil
        case (.escape, UInt8(ascii: "[")), (.escape, UInt8(ascii: "O")):
            sequence = .control
            return nil
        case (.control, 0x40...0x7e):
            sequence = .none
            return nil
        case (.control, _):
            return nil
        case (.escape, _), (.none, _):
            sequence = .none
            return Self.action(of: byte)
        }
    }

    private static func action(of byte: UInt8) -> Action {
        switch Character(Unicode.Scalar(byte)).lowercased() {
        case "q", "\u{03}": .quit
        case "s": .group(.state)
        case "p": .group(.port)
        case "c": .group(.container)
        case " ": .pause
        case "h", "?": .help
        case "\u{0c}": .redraw
        case let key: .unknown(key.plain == key ? key : "like that")
        }
    }
}
