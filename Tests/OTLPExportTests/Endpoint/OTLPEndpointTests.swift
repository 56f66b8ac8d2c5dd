import Testing

@testable import Configuration
@testable import OTLPExport

@Suite struct OTLPEndpointTests {
    private func endpoint(_ environment: [String: String]) throws -> OTLPEndpoint {
        try OTLPEndpoint(EnvironmentReader(environment))
    }

    @Test func `without a setting it is the Collector on this host (conformance 3, 9)`() throws {
        #expect(try endpoint([:]).url == "http://localhost:4318/v1/metrics")
        #expect(try endpoint(["OTEL_EXPORTER_OTLP_ENDPOINT": " "]).url == "http://localhost:4318/v1/metrics")
    }

    @Test(arguments: [
        ("http://c:4318", "http://c:4318/v1/metrics"),
        ("http://c:4318/", "http://c:4318/v1/metrics"),
        ("http://c:4318/my", "http://c:4318/my/v1/metrics"),
        ("http://c:4318/my/", "http://c:4318/my/v1/metrics"),
        ("http://c/a//b/../c", "http://c/a//b/../c/v1/metrics"),
        ("https://c", "https://c/v1/metrics"),
        (" \tHTTPS://c:443 ", "https://c:443/v1/metrics"),
        ("http://[::1]:4318", "http://[::1]:4318/v1/metrics"),
        ("http://10.0.0.1:80/p?q=1#f", "http://10.0.0.1:80/p/v1/metrics"),
        ("http://u:p@c/", "http://u:p@c/v1/metrics"),
    ])
    func `a base endpoint gets v1/metrics (conformance 2, 5, 7, 8)`(base: String, expected: String) throws {
        #expect(try endpoint(["OTEL_EXPORTER_OTLP_ENDPOINT": base]).url == expected)
    }

    @Test(arguments: [
        ("http://c:4318", "http://c:4318/"),
        ("http://c/v1/metrics", "http://c/v1/metrics"),
        ("https://c/v1/metrics/", "https://c/v1/metrics/"),
        ("http://c/x?token=1", "http://c/x?token=1"),
        ("Http://[fe80::1]/x", "http://[fe80::1]/x"),
    ])
    func `an endpoint for metrics is used as it is (conformance 1, 4, 7)`(value: String, expected: String) throws {
        let general = "http://other:1"
        let environment = ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": value, "OTEL_EXPORTER_OTLP_ENDPOINT": general]
        #expect(try endpoint(environment).url == expected)
    }

    @Test(arguments: [
        ("http://c", "c", 80), ("https://c", "c", 443), ("https://c:4318", "c", 4318), ("http://[::1]:9", "::1", 9),
    ])
    func `host and port are those of the URL, and 4318 is not assumed (conformance 6)`(
        value: String,
        host: String,
        port: Int
    ) throws {
        let endpoint = try endpoint(["OTEL_EXPORTER_OTLP_ENDPOINT": value])
        #expect(endpoint.host == host)
        #expect(endpoint.port == port)
    }

    @Test(arguments: ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"])
    func `a socket of this machine is an endpoint`(variable: String) throws {
        let endpoint = try endpoint([variable: "unix:///run/otel.sock"])
        #expect(endpoint.url == "http://localhost/v1/metrics")
        #expect(endpoint.socket == "/run/otel.sock")
        #expect("\(endpoint)" == "unix:///run/otel.sock")
        #expect((endpoint.host, endpoint.port) == ("/run/otel.sock", 0))
    }

    @Test func `a path that no socket can have is refused`() throws {
        let environment = { (length: Int) in
            ["OTEL_EXPORTER_OTLP_ENDPOINT": "unix:///" + String(repeating: "x", count: length)]
        }
        #expect(try endpoint(environment(106)).socket?.utf8.count == 107)
        #expect(throws: ConfigurationError.self) { try endpoint(environment(107)) }
    }

    @Test(arguments: [
        "localhost:4318", "localhost", "ftp://c", "http://", "http://c:99999", "http://c:0", "http://a b", "unix://x",
        "unix:///", "unix:///x/", "http://[::1", "http://c:port",
    ])
    func `a malformed endpoint is refused in one line that names it`(value: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try endpoint(["OTEL_EXPORTER_OTLP_ENDPOINT": value])
        }
        let text = try #require(error).description
        #expect(text.hasPrefix("OTEL_EXPORTER_OTLP_ENDPOINT=\(value): not a usable URL: "))
        #expect(text.hasSuffix("expected something like http://localhost:4318"))
        #expect(!text.contains("\n"))
    }

    @Test func `the description shows no user, no password, no query`() throws {
        let endpoint = try endpoint(["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://me:hunter2@c:1/p?key=s3cret"])
        var dumped = ""
        dump(endpoint, to: &dumped)
        for text in [endpoint.description, "\(endpoint)", String(reflecting: endpoint), dumped] {
            #expect(text.contains("http://c:1/p?***"))
            for secret in ["me:", "hunter2", "s3cret"] {
                #expect(!text.contains(secret))
            }
        }
    }

    @Test(arguments: [
        "http://me:hunter2@c:99999", "me:hunter2@c", "http://me:hun@ter2@c:x/?k=hunter2", "http://me:hun#ter2@c",
        "http://me:hun?ter2@c", "http://me:hun/ter2@c", "http://hun:12#ter2@c", "http://hun:12?ter2@c",
        "http://hun:12/ter2@c?x", "http://me@hun/ter2@c",
    ])
    func `an error shows no password either`(value: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try endpoint(["OTEL_EXPORTER_OTLP_ENDPOINT": value])
        }
        let text = try #require(error).description
        #expect(!text.contains("hun"))
        #expect(text.contains("***@c"))
        #expect(!text.contains("ter2"))
    }

    @Test func `a NUL character does not make the beginning of a password the host`() {
        let error = #expect(throws: ConfigurationError.self) {
            try OTLPEndpoint(url: "https://hun\0ter2:x@c", from: "endpoint")
        }
        #expect(error?.reason.contains("NUL") == true)
    }
}
