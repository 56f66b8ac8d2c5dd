import ArgumentParser
import Probes

/// The option of every command that looks at connections.
struct ScopeOption: ParsableArguments {
    @Option(
        help: "Whose connections to look at: self (the default) means those of this network namespace.",
        completion: .list(ObservationScope.allCases.map(\.rawValue)),
        transform: { text in
            guard let scope = ObservationScope(rawValue: text) else {
                throw ValidationError("'\(text)' is no scope; self is the only one so far")
            }
            return scope
        }
    )
    var scope: ObservationScope?
}
