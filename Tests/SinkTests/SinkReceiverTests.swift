import HTTPServer
import Metrics
import OTLP
import OTLPExport
import System
import Testing

@testable import Sink

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
        do throws(Refusal) {
            return SinkReceiver.accepted(try SinkReceiver.delivery(of: request).encoding).status
        } catch {
            return error.status
        }
    }

    @Test func `metrics are taken plain and compressed, in both encodings`() throws {
        let wire = ExportRequest.encode(metrics)
        let json = try ExportRequest.json(wire)
        for (type, body) in [("application/x-protobuf", wire), ("application/json", json)] {
            let plain = try SinkReceiver.delivery(of: request(type: type, body: body))
            #expect(plain.metrics == metrics)
            #expect(plain.json == json)
            #expect(plain.encoding.rawValue == type)
            #expect(!plain.isCompressed && plain.receivedBytes == body.count)
            let compressed = request(type: type, encoding: "gzip", body: try Gzip.compress(body))
            #expect(try SinkReceiver.delivery(of: compressed).metrics == metrics)
            #expect(try SinkReceiver.delivery(of: compressed).isCompressed)
            #expect(
                try SinkReceiver.delivery(of: request(type: type, encoding: "identity", body: body)).metrics == metrics
            )
        }
    }

    @Test func `what is wrong is answered with its status`() {
        let body = ExportRequest.encode(metrics)
        #expect(status(request("GET", body: [])) == 405)
        #expect(status(request("POST", "/v1/traces", body: body)) == 404)
        #expect(status(request(type: "text/plain", body: body)) == 415)
        #expect(status(request(encoding: "br", body: body)) == 415)
        #expect(status(request(encoding: "gzip", body: body)) == 400)
        #expect(status(request(body: [0xff, 0xff, 0xff])) == 400)
        #expect(status(request(type: "application/json", body: body)) == 400)
        #expect(status(request(body: Array("{}".utf8))) == 400)
        #expect(status(request(type: "Application/X-Protobuf ; charset=utf-8", body: body)) == 200)
        #expect(status(request(type: "application/json;charset=utf-8", body: Array("{}".utf8))) == 200)
    }

    @Test func `the answer is in the encoding of the request`() throws {
        let refusal = Refusal(400, "why")
        let protobuf = SinkReceiver.answer(refusal, to: request(body: []), headers: [(name: "Retry-After", value: "2")])
        #expect(protobuf.headers["Content-Type"] == "application/x-protobuf")
        #expect(protobuf.headers["Retry-After"] == "2")
        #expect(try RPCStatus.decode(protobuf.body) == RPCStatus(code: 3, message: "why"))
        let json = SinkReceiver.answer(refusal, to: request(type: "application/json", body: []))
        #expect(json.headers["Content-Type"] == "application/json")
        #expect(String(decoding: json.body, as: UTF8.self) == #"{"code":3,"message":"why"}"#)
        let other = SinkReceiver.answer(Refusal(405, "why"), to: request("GET", type: "text/html", body: []))
        #expect(other.headers["Content-Type"] == "text/plain; charset=utf-8")
        #expect(other.headers["Allow"] == "POST")
        #expect(SinkReceiver.accepted(.protobuf).body.isEmpty)
        #expect(String(decoding: SinkReceiver.accepted(.json).body, as: UTF8.self) == "{}")
    }

    @Test func `a script answers so many times as it was told`() {
        let script = SinkScript(instruction: .init(status: 503, retryAfter: 2), times: 2)
        #expect(script.next()?.status == 503)
        #expect(script.next()?.retryAfter == 2)
        #expect(script.next() == nil)
        #expect(SinkScript(instruction: nil, times: nil).next() == nil)
    }
}
