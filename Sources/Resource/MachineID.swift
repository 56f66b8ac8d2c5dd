/// The id of a machine (machine-id(5)), if it is one that can be believed to be this machine's alone.
struct MachineID: Equatable {
    /// Thirty-two hexadecimal digits in lower case.
    let digits: String

    /// Where it stands; the second is D-Bus' own, on systems without the first.
    ///
    /// Never a privileged source such as the DMI tables (semantic conventions, `resource/host.md`).
    private static let paths = ["/etc/machine-id", "/var/lib/dbus/machine-id"]

    /// Ids that are handed out on purpose or by mistake to more than one machine.
    private static let shared: Set<String> = [
        // All machines with Whonix or Kicksecure, so that none can be told from another.
        "b08dfa6083e7567a1921a715000001fb",
        // The MD5 sum of nothing: of scripts that made an id of a file that is not there.
        "d41d8cd98f00b204e9800998ecf8427e",
    ]

    /// The first of the ids of `machine` that can be believed.
    init?(of machine: Machine) {
        for path in Self.paths {
            if let text = machine.line(of: path), let id = Self(text) {
                self = id
                return
            }
        }
        return nil
    }

    /// Takes `text` if it is an id and not one that many machines have.
    ///
    /// Upper case is taken, as systemd takes it, and put into the lower case that the manual page demands, so that it
    /// equals what systemd says. Anything else is no machine id, as systemd's own `uninitialized` until the first boot
    /// is done, and a UUID with dashes. Digits that are all the same are a placeholder.
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
