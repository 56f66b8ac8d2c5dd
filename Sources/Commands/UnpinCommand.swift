import ArgumentParser
import CommandSupport
internal import Probes
internal import System

/// `tcplens unpin`: ends programs that count without an agent.
struct UnpinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpin",
        abstract: "End what 'run --pin' has left in the kernel.",
        discussion: """
            The next agent then begins with counters at zero and a new start time. Nothing is done while an agent runs.

              sudo tcplens unpin /sys/fs/bpf/tcplens
              sudo tcplens unpin --dry-run /sys/fs/bpf/tcplens
              sudo systemctl stop tcplens && sudo tcplens unpin /sys/fs/bpf/tcplens
            """
    )

    @Argument(help: ArgumentHelp("The directory that was given to 'run --pin'.", valueName: "dir"))
    var directory: String

    @Flag(help: "Say what would be removed, and remove nothing.")
    var dryRun = false

    func run() throws {
        try StandardStream.output.write(try removed() + "\n")
    }

    /// Removes everything, and says so.
    private func removed() throws(Failure) -> String {
        do throws(PinError) {
            guard let pins = try PinDirectory.claimExisting(directory) else {
                return "nothing is pinned in \(directory)"
            }
            let count = dryRun ? try pins.count() : try pins.removeAll()
            return "\(dryRun ? "would remove" : "removed") \(count) pinned programs, links and maps from \(directory)"
        } catch {
            throw Failure("\(error)")
        }
    }
}
