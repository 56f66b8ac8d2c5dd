package import CommandSupport
package import HTTPServer
import Logging
package import PrometheusExport
package import Settings

extension ListenerPlan {
    /// Starts to listen.
    ///
    /// Clients wait until they are answered.
    ///
    /// - Parameters:
    ///   - hint: The setting of the address, for errors.
    ///   - sharesPort: Whether to take a port that another server of this process shares.
    ///   - onRefusal: Called for refused connections and requests, from any thread.
    /// - Returns: The server.
    /// - Throws: ``Failure`` when it can't listen.
    package func listen(
        hint: String,
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
                throw Failure("\(error) (\(hint))")
            }
        case .health(let address):
            return .health(try await HealthEndpoint(address, hint: hint, sharesPort: sharesPort, onRefusal: onRefusal))
        }
    }
}

/// A server that listens but does not answer yet.
package enum BoundListener: Sendable {
    /// Serves metrics to Prometheus.
    case prometheus(PrometheusExporter)
    /// Serves the agent's health.
    case health(HealthEndpoint)

    /// Lets another server of this process listen on the same port, or stops that.
    func sharePort(_ isShared: Bool) async {
        switch self {
        case .prometheus(let exporter): await exporter.sharePort(isShared)
        case .health(let endpoint): await endpoint.sharePort(isShared)
        }
    }

    /// Stops listening.
    ///
    /// Only needed for one that never answers.
    package func close() async {
        switch self {
        case .prometheus(let exporter): await exporter.close()
        case .health(let endpoint): await endpoint.close()
        }
    }
}

/// A server that answers until it is ended.
struct Listener: Sendable {
    /// The listening part.
    let bound: BoundListener
    private let task: Task<Void, Never>

    /// Starts to answer at `bound`.
    ///
    /// `run` returns when its task is cancelled.
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
