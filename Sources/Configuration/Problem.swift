public import YAML

/// What is wrong with a configuration file, at one place of it.
///
/// It never shows a value, which may be a secret that stands in the wrong place.
public struct Problem: Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public var file: String
    /// Where in it, if that is known.
    public var position: YAMLNode.Position?
    /// What it is about, as `meter_provider.readers[0].periodic.interval`; empty for the whole file.
    public var path: String
    /// What is wrong, and what is expected.
    public var reason: String

    /// One line: `FILE:LINE:COLUMN: PATH: REASON`.
    public var description: String {
        let place = position.map { "\(file):\($0)" } ?? file
        return path.isEmpty ? "\(place): \(reason)" : "\(place): \(path): \(reason)"
    }
}

/// All that is wrong with a configuration file, in the order of its lines.
public struct Problems: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    public var list: [Problem]

    /// One line for each.
    public var description: String { list.map(\.description).joined(separator: "\n") }
}
