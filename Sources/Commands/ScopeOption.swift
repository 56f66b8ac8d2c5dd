import ArgumentParser
import Probes
import Settings

/// The option of every command that looks at connections.
struct ScopeOption: ParsableArguments {
    @Option(RunSetting.scope) var scope: ObservationScope?
}
