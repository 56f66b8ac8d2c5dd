import Metrics
import Workloads

/// Prints what the cgroups whose ids are its arguments belong to, as it looks from where it runs.
///
/// The first line is the visibility, then there is a line for each id: the id, the path, and the attributes.
@main enum Identifying {
    static func main() {
        var directory = WorkloadDirectory()
        switch directory.visibility {
        case .whole(let mount): print("whole \(mount)")
        case .part(let mounts): print("part \(mounts.joined(separator: " "))")
        case .none: print("none")
        }
        for identifier in CommandLine.arguments.dropFirst().compactMap({ UInt64($0) }) {
            let identity = directory.identity(of: identifier)
            let attributes = directory.attributes(of: identity).map { "\($0.key)=\($0.value)" }
            print(([String(identifier), directory.path(of: identifier) ?? "-"] + attributes).joined(separator: " "))
        }
    }
}
