package import YAML

/// What is wrong with a configuration file, at one place of it.
///
/// It never shows a value, which may be a secret that stands in the wrong place.
package struct Problem: Hashable, Sendable, CustomStringConvertible {
    /// The file.
    package var file: String
    /// Where in it, if that is known.
    package var position: YAMLNode.Position?
    /// What it is about, as `meter_provider.readers[0].periodic.interval`; empty for the whole file.
    package var path: String
    /// What is wrong, and what is expected.
    package var reason: String

    /// One line: `FILE:LINE:COLUMN: PATH: REASON`.
    package var description: String {
        let place = position.map { "\(file):\($0)" } ?? file
        return path.isEmpty ? "\(place): \(reason)" : "\(place): \(path): \(reason)"
    }
}

/// All that is wrong with a configuration file, in the order of its lines.
package struct Problems: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    package var list: [Problem]

    /// One line for each.
    package var description: String { list.map(\.description).joined(separator: "\n") }
}
