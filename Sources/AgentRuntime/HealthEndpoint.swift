import CommandSupport
import HTTPServer
import Settings

/// Tells over HTTP whether the agent is live and ready, as Kubernetes and load balancers ask.
package struct HealthEndpoint: Sendable {
    private let server: HTTPServer

    /// Begins to listen; requests wait until ``run(_:)``.
    ///
    /// What is refused is told to `onRefusal`, from any thread.
    ///
    /// - Throws: ``Failure`` when that is not possible.
    init(
        _ address: ListenAddress,
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
            throw Failure("\(error) (--health)")
        }
    }

    /// The port it listens on, also when 0 was asked for.
    var port: Int { server.port }

    /// Lets another server of this process listen on the same port, or no longer.
    func sharePort(_ isShared: Bool) async {
        await server.sharePort(isShared)
    }

    /// Stops listening; needed only for an endpoint that does not run.
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
    /// 200 where all is well, 503 where not.
    init(_ verdict: Health.Verdict) {
        self.init(status: verdict.isGood ? 200 : 503, text: verdict.text)
    }
}
