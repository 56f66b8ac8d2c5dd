package import YAML

/// A problem at one place of a configuration file.
///
/// It never quotes a value, because that may be a secret in the wrong place.
package struct Problem: Hashable, Sendable, CustomStringConvertible {
    /// The file.
    package var file: String
    /// The place in the file, if known.
    package var position: YAMLNode.Position?
    /// The path of the key, such as `meter_provider.readers[0].periodic.interval`; empty for the whole file.
    package var path: String
    /// What is wrong, and what is expected.
    package var reason: String

    /// One line: `FILE:LINE:COLUMN: PATH: REASON`.
    package var description: String {
        let place = position.map { "\(file):\($0)" } ?? file
        return path.isEmpty ? "\(place): \(reason)" : "\(place): \(path): \(reason)"
    }
}

/// All problems of a configuration file, in the order of its lines.
package struct Problems: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    package var list: [Problem]

    /// One line for each problem.
    package var description: String { list.map(\.description).joined(separator: "\n") }
}
