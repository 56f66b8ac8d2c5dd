package import CommandSupport
package import HTTPServer
import Logging
package import PrometheusExport
package import Settings

extension ListenerPlan {
    /// Starts to listen; clients wait until they are answered.
    ///
    /// - Parameters:
    ///   - sharesPort: Whether to take a port that another server of this process shares.
    ///   - onRefusal: Called for what is refused, from any thread.
    /// - Throws: ``Failure`` when it can't listen.
    package func listen(
        sharesPort: Bool = false,
        onRefusal: @escaping @Sendable (HTTPRefusal) -> Void = { _ in }
    ) async throws(Failure) -> BoundListener {
        switch self {
        case .prometheus(let address, let hasCreated):
            do {
                return .prometheus(
                    try await PrometheusExporter(
                        host: address.host,
                        port: address.port,
                        hasCreated: hasCreated,
                        sharesPort: sharesPort,
                        onRefusal: onRefusal
                    )
                )
            } catch {
                throw Failure("\(error) (OTEL_EXPORTER_PROMETHEUS_HOST, OTEL_EXPORTER_PROMETHEUS_PORT)")
            }
        case .health(let address):
            return .health(try await HealthEndpoint(address, sharesPort: sharesPort, onRefusal: onRefusal))
        }
    }
}

/// What listens and does not answer yet.
package enum BoundListener: Sendable {
    /// To be scraped.
    case prometheus(PrometheusExporter)
    /// To be asked for its health.
    case health(HealthEndpoint)

    /// Lets another server of this process listen on the same port, or no longer.
    func sharePort(_ isShared: Bool) async {
        switch self {
        case .prometheus(let exporter): await exporter.sharePort(isShared)
        case .health(let endpoint): await endpoint.sharePort(isShared)
        }
    }

    /// Stops listening; needed only for one that never answers.
    package func close() async {
        switch self {
        case .prometheus(let exporter): await exporter.close()
        case .health(let endpoint): await endpoint.close()
        }
    }
}

/// A server that answers, until it is ended.
struct Listener: Sendable {
    /// What listens.
    let bound: BoundListener
    private let task: Task<Void, Never>

    /// Starts to answer at `bound`; `run` ends when its task is cancelled.
    init(_ bound: BoundListener, _ run: @escaping @Sendable () async -> Void) {
        self.bound = bound
        task = Task { await run() }
    }

    /// Stops it, and returns when its address is free again.
    func end() async {
        task.cancel()
        await task.value
    }
}
