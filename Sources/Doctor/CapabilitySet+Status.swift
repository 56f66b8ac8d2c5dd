internal import Confinement

extension CapabilitySet {
    /// Reads the effective capabilities from the text of `/proc/self/status`; empty if they are not in it.
    init(status: String) {
        self.init(bits: status.field("CapEff").flatMap { UInt64($0, radix: 16) } ?? 0)
    }
}

extension String {
    /// The value after `name:` at the beginning of a line, as in files below /proc.
    func field(_ name: String) -> String? {
        split(separator: "\n").first { $0.hasPrefix("\(name):") }
            .map { String($0.dropFirst(name.count + 1).drop(while: \.isWhitespace)) }
    }
}
