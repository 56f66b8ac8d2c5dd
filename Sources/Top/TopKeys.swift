/// Makes sense of the bytes that keys send.
struct TopKeys {
    /// What a key is for.
    enum Action: Equatable {
        /// Ends it.
        case quit
        /// Groups connections.
        case group(TopGrouping)
        /// Stops the picture, or lets it go on.
        case pause
        /// Shows the keys, or not.
        case help
        /// Draws everything anew.
        case redraw
        /// Nothing; the text is the key's name.
        case unknown(String)
    }

    /// Where an escape sequence has got to: an arrow sends `ESC [ A`, whose letter is no key of its own.
    private enum Sequence {
        case none
        case escape
        case control
    }

    private var sequence = Sequence.none

    /// The action of the key that `byte` ends; `nil` in the middle of a sequence and for keys that send one.
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
