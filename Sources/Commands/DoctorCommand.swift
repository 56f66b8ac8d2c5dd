import ArgumentParser
internal import CPlatform
internal import CommandSupport
internal import Doctor
import Glibc
import Rendering
import Resource
internal import Settings
internal import System

/// `tcplens doctor`: whether `run` would work here, and what to do if not.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what works here, what does not, and what to do.",
        discussion: """
              sudo tcplens doctor
              sudo OTEL_EXPORTER_OTLP_ENDPOINT=https://collector:4318 tcplens doctor
              sudo tcplens doctor --format json | jq '.checks[] | select(.status != "ok")'

            It takes all options of 'tcplens run' and the same variables and files, tries for real what run would do with them,
            and leaves nothing behind: loads and attaches each program, makes a connection and looks for it,
            sends an empty export, listens where run would listen.

            It ends with 0 when run would work, and with 1 when it would not.
            """
    )

    @Option(help: ArgumentHelp("Print text, or json for programs.", valueName: "format"))
    var format = DoctorFormat.text

    @OptionGroup var options: RunOptions

    func run() async throws {
        // Like run, because it holds the same secrets; it also changes which files of /proc may be read.
        CPlatform_disableCoreDumps()
        signal(SIGPIPE, SIG_IGN)
        let source = options.source
        let output = DoctorText(style: OutputStyle(.output, environment: source.machine.environment))
        var checks: [Check] = []
        do {
            try await Examination(source: source).run { check in
                checks.append(check)
                if format == .text {
                    try StandardStream.output.write(output.text(check))
                }
            }
            switch format {
            case .text: try StandardStream.output.write(output.summary(of: checks))
            case .json: try StandardStream.output.write(try DoctorReport(checks).json() + "\n")
            }
        } catch let failure as StandardStream.Failure where failure.isClosedPipe {
            // The reader has seen enough; that is no error.
            return
        }
        guard DoctorReport(checks).ok else { throw Failure.alreadyPrinted }
    }
}

/// How checks are printed.
enum DoctorFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case text
    /// For programs.
    case json
}
