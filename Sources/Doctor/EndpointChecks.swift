import FoundationEssentials
import Metrics
import OTLPExport
import Resource
internal import Settings
internal import System

/// The checks of the path to an OTLP receiver, made with an empty export.
struct EndpointChecks: Sendable {
    /// The endpoint and its settings.
    var configuration: OTLPConfiguration
    /// The time limit for all of it.
    var budget: Duration
    /// What may be sent to a receiver that rejects an empty export.
    var sample: [ResourceMetrics]

    /// A smaller offset of the clock does no harm, and the header has only whole seconds.
    private static let tolerance = Duration.seconds(5)

    /// Sends the export, within the time limit, and explains the result.
    func checks() async -> [Check] {
        var checks = [destination] + CertificateChecks(configuration: configuration).checks
        do {
            let trial = try await EndpointTest(
                configuration,
                version: Program.version,
                sample: sample,
                within: budget
            )
            checks += self.checks(of: trial)
        } catch {
            checks.append(.failed("endpoint", "\(error)", nil))
        }
        return checks
    }

    private var endpoint: OTLPEndpoint { configuration.endpoint }

    private var destination: Check {
        var words = ["\(endpoint)"]
        if configuration.compression != .none { words.append(configuration.compression.rawValue) }
        if !configuration.headers.isEmpty {
            words.append("with \(configuration.headers.map(\.name).joined(separator: ", "))")
        }
        if let proxy = configuration.proxy, proxy.isUsed { words.append("through the proxy \(proxy)") }
        if let exception = configuration.proxy?.exception {
            words.append("directly, because no_proxy has \(exception.printable())")
        }
        return .ok("endpoint", words.joined(separator: ", "))
    }

    /// The result of each stage.
    ///
    /// Stages after one that failed are left out.
    func checks(of trial: EndpointTest) -> [Check] {
        var checks: [Check] = []
        for stage in stages {
            guard trial.transfer.reached.map({ $0 >= stage }) ?? false else {
                let problem = trial.problem
                let hint = problem?.hint ?? "Is it the right address, and what does the receiver's log say?"
                let remedy = Check.Remedy(hint, command(stage))
                checks.append(.failed(name(stage), problem?.reason ?? "it was not reached", remedy))
                break
            }
            checks.append(passed(stage, trial))
        }
        return checks + (clockDifference(trial.transfer).map { [$0] } ?? [])
    }

    private var stages: [TransferReport.Stage] {
        TransferReport.Stage.allCases.filter { stage in
            switch stage {
            case .name: !endpoint.isSocket && (isIndirect || !isAddress)
            case .encryption: endpoint.isSecure
            case .connection, .answer: true
            }
        }
    }

    /// Whether the host is an address, so that there is no name to resolve.
    private var isAddress: Bool {
        endpoint.host.contains(":") || endpoint.host.allSatisfy { $0 == "." || $0.isASCII && $0.isNumber }
    }

    private var isIndirect: Bool { configuration.proxy?.isUsed ?? false }

    private func name(_ stage: TransferReport.Stage) -> String {
        switch stage {
        case .name: "endpoint name"
        case .connection: "endpoint connection"
        case .encryption: "endpoint TLS"
        case .answer: "endpoint export"
        }
    }

    private func passed(_ stage: TransferReport.Stage, _ trial: EndpointTest) -> Check {
        let transfer = trial.transfer
        switch stage {
        case .name: return .ok(name(stage), isIndirect ? "known, or left to the proxy" : endpoint.host)
        case .connection: return .ok(name(stage), transfer.address ?? "made")
        case .encryption: return encryption(transfer)
        case .answer: return answer(trial)
        }
    }

    private func encryption(_ transfer: TransferReport) -> Check {
        let words = transfer.encryption ?? "agreed on"
        guard let certificate = transfer.certificates.first else { return .ok(name(.encryption), words) }
        let (text, isSoon) = CertificateChecks.validity(of: certificate, now: Date())
        let found = "\(words), the receiver's certificate \(text)"
        guard isSoon else { return .ok(name(.encryption), found) }
        return .warning(
            name(.encryption),
            found,
            Check.Remedy("Renew it there before exports fail", command(.encryption))
        )
    }

    private func answer(_ trial: EndpointTest) -> Check {
        if let problem = trial.problem {
            let remedy = Check.Remedy(problem.hint ?? "The receiver's log may say more", command(.answer))
            return .failed(name(.answer), problem.reason, remedy)
        }
        let status = trial.status.map { "HTTP \($0): " } ?? ""
        let milliseconds = Int(trial.transfer.duration / .milliseconds(1))
        let found = "\(status)an empty export was accepted in \(milliseconds) ms"
        guard let warning = trial.warning else { return .ok(name(.answer), found) }
        return .warning(name(.answer), "\(found) with a warning: \(warning)", nil)
    }

    private func clockDifference(_ transfer: TransferReport) -> Check? {
        guard let difference = transfer.clockDifference else { return nil }
        let amount = difference < .zero ? .zero - difference : difference
        // A slow response was dated before it arrived.
        guard amount > Self.tolerance + transfer.duration else {
            return .ok("endpoint clock", "agrees with this machine's to \(Self.tolerance.text)")
        }
        return .warning(
            "endpoint clock",
            "\(amount.text) \(difference < .zero ? "behind" : "ahead of") this machine's",
            Check.Remedy("One of the two is wrong; points get the time of this machine's", "date -u")
        )
    }

    private var authority: String { "\(ListenAddress(host: endpoint.host, port: endpoint.port))" }

    /// A command that shows more about a stage that failed.
    private func command(_ stage: TransferReport.Stage) -> String? {
        if endpoint.isSocket {
            return stage == .connection ? "ls -l \(endpoint.host)" : nil
        }
        switch stage {
        case .name: return "getent hosts \(endpoint.host)"
        case .connection:
            return endpoint.isLoopback
                ? "sudo ss -ltnp 'sport = :\(endpoint.port)'" : "curl -sv http://\(authority)/"
        case .encryption:
            return "openssl s_client -connect \(authority) -showcerts </dev/null"
        case .answer: return nil
        }
    }
}
