import CommandSupport
import HTTPServer
import Settings

/// Serves over HTTP whether the agent is live and ready, for Kubernetes and load balancers.
package struct HealthEndpoint: Sendable {
    private let server: HTTPServer

    /// Begins to listen.
    ///
    /// Requests wait until ``run(_:)``.
    ///
    /// `onRefusal` is called for refused connections and requests, from any thread.
    ///
    /// - Throws: ``Failure`` when that is not possible.
    init(
        _ address: ListenAddress,
        hint: String,
        sharesPort: Bool = false,
        onRefusal: @escaping @Sendable (HTTPRefusal) -> Void = { _ in }
    ) async throws(Failure) {
        do {
            server = try await HTTPServer(
                host: address.host,
                port: address.port,
                bodyLimit: 4096,
                requestLimit: .seconds(10),
                sharesPort: sharesPort,
                onRefusal: onRefusal
            )
        } catch {
            throw Failure("\(error) (\(hint))")
        }
    }

    /// The port it listens on, even if the requested port was 0.
    var port: Int { server.port }

    /// Lets another server of this process listen on the same port, or stops that.
    func sharePort(_ isShared: Bool) async {
        await server.sharePort(isShared)
    }

    /// Stops listening.
    ///
    /// Only needed for an endpoint that does not run.
    func close() async {
        await server.close()
    }

    /// Answers until the task is cancelled.
    func run(_ monitor: HealthMonitor) async {
        let pages = HTTPPages([
            "/livez": { _ in HTTPResponse(monitor.liveness) },
            "/readyz": { _ in HTTPResponse(monitor.readiness) },
        ])
        await server.run(handler: pages.answer)
    }
}

extension HTTPResponse {
    /// 200 for a healthy agent, otherwise 503.
    init(_ verdict: Health.Verdict) {
        self.init(status: verdict.isGood ? 200 : 503, text: verdict.text)
    }
}
