import ArgumentParser

/// A number of bytes as people write it: `65536`, `512KiB`, `8MiB`, `1GiB`, or with `K`, `M` and `G` alone.
struct SizeArgument: ExpressibleByArgument, Equatable {
    /// How many bytes.
    var bytes: Int

    /// Creates an argument of so many bytes.
    init(bytes: Int) {
        self.bytes = bytes
    }

    init?(argument: String) {
        let units: KeyValuePairs<String, Int> = [
            "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30,
        ]
        let unit = units.first { argument.hasSuffix($0.key) } ?? (key: "", value: 1)
        let digits = argument.dropLast(unit.key.count)
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits) else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.value)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    var defaultValueDescription: String {
        bytes % (1 << 20) == 0 ? "\(bytes >> 20)MiB" : "\(bytes)"
    }
}
