internal import YAML

/// A configuration file: YAML with references to environment variables.
package struct ConfigurationDocument {
    /// The environment variables that the file refers to.
    package let variables: Set<String>

    private let file: String
    private let root: Node
    private let problems: [Problem]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - text: The contents of the file.
    ///   - file: The name of the file, for problems.
    ///   - environment: The variables that the file may refer to.
    /// - Throws: ``Problems`` if it is not YAML, or empty.
    package init(_ text: [UInt8], file: String, environment: [String: String]) throws(Problems) {
        let document: YAMLNode?
        do throws(YAMLError) {
            document = try YAMLNode.document(text)
        } catch {
            throw Problems(
                list: [
                    Problem(file: file, position: error.position, path: "", reason: "not usable YAML: \(error.reason)")
                ]
            )
        }
        guard let document else {
            throw Problems(list: [Problem(file: file, position: nil, path: "", reason: "there is nothing in it")])
        }
        var resolution = NodeResolution(file: file, substitution: Substitution(environment: environment))
        root = resolution.resolve(document, path: "")
        problems = resolution.problems
        variables = resolution.substitution.names
        self.file = file
    }

    /// Lets `body` read the keys of the file.
    ///
    /// - Throws: ``Problems`` with everything that `body` refused, and with the keys that it did not ask for.
    package func read<Result>(_ body: (inout Section) -> Result) throws(Problems) -> Result {
        var section = Section(root, path: "", file: file)
        let result = body(&section)
        section.finish()
        let all = problems + section.problems
        guard all.isEmpty else {
            throw Problems(
                list: all.sorted {
                    ($0.position ?? .init(line: 0, column: 0)) < ($1.position ?? .init(line: 0, column: 0))
                }
            )
        }
        return result
    }
}
