/// The id of a machine (machine-id(5)), if it is plausible that no other machine has it.
struct MachineID: Equatable {
    /// Thirty-two lower-case hexadecimal digits.
    let digits: String

    /// The files with the id; the second is D-Bus's own, on systems without the first.
    ///
    /// Privileged sources such as the DMI tables must not be used (semantic conventions, `resource/host.md`).
    private static let paths = ["/etc/machine-id", "/var/lib/dbus/machine-id"]

    /// Ids that more than one machine has, on purpose or by mistake.
    private static let shared: Set<String> = [
        // Used on all machines with Whonix or Kicksecure, so that they can't be distinguished.
        "b08dfa6083e7567a1921a715000001fb",
        // The MD5 sum of empty input, from scripts that derive an id from a missing file.
        "d41d8cd98f00b204e9800998ecf8427e",
    ]

    /// The first plausible id of `machine`.
    init?(of machine: Machine) {
        for path in Self.paths {
            if let text = machine.line(of: path), let id = Self(text) {
                self = id
                return
            }
        }
        return nil
    }

    /// Accepts `text` if it is an id that is not known to be shared by many machines.
    ///
    /// Upper case is accepted, as systemd does, and converted to the lower case that the manual page requires, so that
    /// the id equals what systemd prints. Everything else is refused, such as `uninitialized`, which systemd writes
    /// until the first boot is complete, and a UUID with dashes. If all digits are the same, the id is a placeholder.
    init?(_ text: String) {
        let digits = text.lowercased()
        guard digits.utf8.count == 32, digits.utf8.allSatisfy(Self.isHexadecimal) else { return nil }
        guard Set(digits.utf8).count > 1, !Self.shared.contains(digits) else { return nil }
        self.digits = digits
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}
