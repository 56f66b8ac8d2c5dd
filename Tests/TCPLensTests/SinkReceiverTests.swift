import Export
import HTTPServer
import Metrics
import OTLP
import Testing

@testable import TCPLens

@Suite struct SinkReceiverTests {
    private let metrics = [
        ResourceMetrics(
            resource: Resource(attributes: ["service.name": "x"], schemaURL: ""),
            scopes: [
                ScopeMetrics(
                    scope: Scope(name: "s", version: "1", schemaURL: ""),
                    metrics: [
                        Metric(
                            name: "m",
                            description: "",
                            unit: "1",
                            data: .gauge([
                                NumberDataPoint(
                                    attributes: [:],
                                    start: .unknown,
                                    time: Timestamp(unixNanoseconds: 5),
                                    value: .int(7)
                                )
                            ])
                        )
                    ]
                )
            ]
        )
    ]

    private func request(
        _ method: String = "POST",
        _ path: String = "/v1/metrics",
        type: String = "application/x-protobuf",
        encoding: String? = nil,
        body: [UInt8]
    ) -> HTTPRequest {
        let encodings = encoding.map { [(name: "Content-Encoding", value: $0)] } ?? []
        let fields = [(name: "content-type", value: type)] + encodings
        return HTTPRequest(method: method, path: path, headers: HTTPFields(fields), body: body)
    }

    private func status(_ request: HTTPRequest) -> Int {
        switch SinkReceiver.metrics(of: request) {
        case .success: SinkReceiver.accepted.status
        case .failure(let refusal): refusal.status
        }
    }

    @Test func `metrics are taken plain and compressed`() throws {
        let body = ExportRequest.encode(metrics)
        #expect(try SinkReceiver.metrics(of: request(body: body)).get() == metrics)
        let compressed = request(encoding: "gzip", body: try Gzip.compress(body))
        #expect(try SinkReceiver.metrics(of: compressed).get() == metrics)
    }

    @Test func `what is wrong is answered with its status`() {
        let body = ExportRequest.encode(metrics)
        #expect(status(request("GET", body: [])) == 405)
        #expect(status(request("POST", "/v1/traces", body: body)) == 404)
        #expect(status(request(type: "text/plain", body: body)) == 415)
        #expect(status(request(encoding: "br", body: body)) == 415)
        #expect(status(request(encoding: "gzip", body: body)) == 400)
        #expect(status(request(body: [0xff, 0xff, 0xff])) == 400)
        #expect(status(request(type: "Application/X-Protobuf ; charset=utf-8", body: body)) == 200)
    }

    @Test func `a script answers so many times as it was told`() {
        let script = SinkScript(instruction: .init(status: 503, retryAfter: 2), times: 2)
        #expect(script.next()?.status == 503)
        #expect(script.next()?.retryAfter == 2)
        #expect(script.next() == nil)
        #expect(SinkScript(instruction: nil, times: nil).next() == nil)
    }
}
