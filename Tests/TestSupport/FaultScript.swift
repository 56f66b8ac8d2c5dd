package import Foundation
package import HTTPServer

/// What the scripted receiver does; the words are explained at the top of `FaultServer/fault_server.py`.
package struct FaultScript: Encodable {
    /// The TLS settings of a server.
    package struct TLS: Encodable {
        /// The path of the certificate.
        package var certificate: String
        /// The path of its key.
        package var key: String
        /// The authority that must have signed the client's certificate; without one no certificate is requested.
        package var clientCA: String?
        /// The protocols that are offered, such as `h2`.
        package var alpn: [String]?
        /// The newest supported version, such as `TLSv1_2`.
        package var maximumVersion: String?

        /// Creates settings.
        package init(
            certificate: String,
            key: String,
            clientCA: String? = nil,
            alpn: [String]? = nil,
            maximumVersion: String? = nil
        ) {
            self.certificate = certificate
            self.key = key
            self.clientCA = clientCA
            self.alpn = alpn
            self.maximumVersion = maximumVersion
        }
    }

    /// The address to listen on.
    package var host: String
    /// The path of a socket to listen on instead.
    package var unix: String?
    /// TLS on the connection itself; none for plain text.
    package var tls: TLS?
    /// TLS at the other end of a tunnel.
    package var tunnel: TLS?
    /// One for each request; the last one is repeated.
    package var answers: [FaultAnswer]

    /// Creates a script.
    package init(
        host: String = "127.0.0.1",
        unix: String? = nil,
        tls: TLS? = nil,
        tunnel: TLS? = nil,
        answers: [FaultAnswer]
    ) {
        self.host = host
        self.unix = unix
        self.tls = tls
        self.tunnel = tunnel
        self.answers = answers
    }
}

/// How one request is handled.
package struct FaultAnswer: Encodable {
    /// How much of the request is read before the answer.
    package enum Read: Encodable {
        case request, head
        /// This number of bytes of the body.
        case body(Int)

        /// Writes the word that the script has for it.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .request: try container.encode("request")
            case .head: try container.encode("head")
            case .body(let count): try container.encode(count)
            }
        }
    }

    /// What happens to the connection afterwards.
    package enum Then: String, Encodable {
        case keep, close, reset, hang, tunnel
    }

    /// How much of the request is read before the answer.
    package var read: Read
    /// The bytes of the answer.
    package var send: Data
    /// The number of spaces that follow.
    package var fill: Int
    /// Seconds between the bytes.
    package var pause: Double?
    /// What happens to the connection afterwards.
    package var then: Then
    /// Over HTTP/2: the status.
    package var status: Int
    /// Over HTTP/2: whether the stream is refused.
    package var refuse: Bool

    /// Creates an answer.
    package init(
        read: Read = .request,
        send: Data = Data(),
        fill: Int = 0,
        pause: Double? = nil,
        then: Then = .keep,
        status: Int = 200,
        refuse: Bool = false
    ) {
        self.read = read
        self.send = send
        self.fill = fill
        self.pause = pause
        self.then = then
        self.status = status
        self.refuse = refuse
    }
}

extension FaultAnswer {
    /// `response`, whose head claims `length` bytes; by default the size of its body.
    package init(_ response: HTTPResponse, length: Int? = nil, then: Then = .keep) {
        var head = "HTTP/1.1 \(response.status) Status\r\nContent-Length: \(length ?? response.body.count)\r\n"
        for field in response.headers.fields {
            head += "\(field.name): \(field.value)\r\n"
        }
        self.init(send: Data((head + "\r\n").utf8 + response.body), then: then)
    }

    /// `text` as it is.
    package init(raw text: String, then: Then = .close) {
        self.init(send: Data(text.utf8), then: then)
    }

    /// Everything was accepted.
    package static let accepted = FaultAnswer(.accepted)

    /// No answer: this much of the request is read, and then the connection is reset.
    package static func reset(after read: Read) -> FaultAnswer {
        FaultAnswer(read: read, then: .reset)
    }
}
