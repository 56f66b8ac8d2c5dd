import Foundation
import HTTPServer

/// What the scripted receiver does; the words are explained at the top of `FaultServer/fault_server.py`.
struct FaultScript: Encodable {
    /// The TLS settings of a server.
    struct TLS: Encodable {
        var certificate: String
        var key: String
        /// The authority that must have signed the client's certificate; without one no certificate is requested.
        var clientCA: String?
        /// The protocols that are offered, such as `h2`.
        var alpn: [String]?
        /// The newest supported version, such as `TLSv1_2`.
        var maximumVersion: String?
    }

    var host = "127.0.0.1"
    /// The path of a socket to listen on instead.
    var unix: String?
    var tls: TLS?
    /// TLS at the other end of a tunnel.
    var tunnel: TLS?
    /// One for each request; the last one is repeated.
    var answers: [FaultAnswer]
}

/// How one request is handled.
struct FaultAnswer: Encodable {
    /// How much of the request is read before the answer.
    enum Read: Encodable {
        case request, head
        /// This number of bytes of the body.
        case body(Int)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .request: try container.encode("request")
            case .head: try container.encode("head")
            case .body(let count): try container.encode(count)
            }
        }
    }

    /// What happens to the connection afterwards.
    enum Then: String, Encodable {
        case keep, close, reset, hang, tunnel
    }

    var read = Read.request
    /// The bytes of the answer.
    var send = Data()
    /// The number of spaces that follow.
    var fill = 0
    /// Seconds between the bytes.
    var pause: Double?
    var then = Then.keep
    /// Over HTTP/2: the status.
    var status = 200
    /// Over HTTP/2: whether the stream is refused.
    var refuse = false
}

extension FaultAnswer {
    /// `response`, whose head claims `length` bytes; by default the size of its body.
    init(_ response: HTTPResponse, length: Int? = nil, then: Then = .keep) {
        var head = "HTTP/1.1 \(response.status) Status\r\nContent-Length: \(length ?? response.body.count)\r\n"
        for field in response.headers.fields {
            head += "\(field.name): \(field.value)\r\n"
        }
        self.init(send: Data((head + "\r\n").utf8 + response.body), then: then)
    }

    /// `text` as it is.
    init(raw text: String, then: Then = .close) {
        self.init(send: Data(text.utf8), then: then)
    }

    /// Everything was accepted.
    static let accepted = FaultAnswer(.accepted)

    /// No answer: this much of the request is read, and then the connection is reset.
    static func reset(after read: Read) -> FaultAnswer {
        FaultAnswer(read: read, then: .reset)
    }
}
