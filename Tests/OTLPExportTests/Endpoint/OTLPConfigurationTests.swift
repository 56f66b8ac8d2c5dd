import Testing

@testable import Configuration
@testable import OTLPExport

@Suite struct OTLPConfigurationTests {
    private func read(_ environment: [String: String]) throws -> (OTLPConfiguration, warnings: [String]) {
        var reader = EnvironmentReader(environment)
        let configuration = try OTLPConfiguration(&reader)
        return (configuration, reader.warnings)
    }

    private func headers(_ list: String) throws -> (pairs: [String], warnings: [String]) {
        let (configuration, warnings) = try read(["OTEL_EXPORTER_OTLP_HEADERS": list])
        return (configuration.headers.map { "\($0.name)=\($0.value)" }, warnings)
    }

    @Test func `without settings the defaults of the specification hold (conformance 10, 11, 12, 18, 19)`() throws {
        let (configuration, warnings) = try read([:])
        #expect(configuration.headers.isEmpty)
        #expect(configuration.compression == .none)
        #expect(configuration.timeout == .seconds(10))
        #expect(configuration.certificate == nil)
        #expect(configuration.clientKey == nil)
        #expect(configuration.clientCertificate == nil)
        // Below the specification's 64 MiB, because a Collector accepts 20 MiB by default.
        #expect(configuration.requestLimit == 20 << 20)
        #expect(configuration.responseLimit == 4 << 20)
        #expect(warnings.isEmpty)
    }

    @Test func `the variable for metrics goes before the general one (conformance 1, 10, 11, 12, 13, 14, 15, 41)`()
        throws
    {
        let (configuration, warnings) = try read([
            "OTEL_EXPORTER_OTLP_HEADERS": "a=1,b=2", "OTEL_EXPORTER_OTLP_METRICS_HEADERS": "c=3",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none", "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION": "GZIP",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "1", "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT": "2500",
            "OTEL_EXPORTER_OTLP_CERTIFICATE": "/ca", "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE": "/ca2",
            "OTEL_EXPORTER_OTLP_CLIENT_KEY": "/key", "OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY": "/key2",
            "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": "/crt", "OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE": "/crt2",
        ])
        #expect(configuration.headers.map(\.name) == ["c"])
        #expect(configuration.compression == .gzip)
        #expect(configuration.timeout == .milliseconds(2500))
        #expect(configuration.certificate == "/ca2")
        #expect(configuration.clientKey == "/key2")
        #expect(configuration.clientCertificate == "/crt2")
        #expect(warnings.isEmpty)
    }

    @Test(
        arguments: [
            ("http://collector.example:4318", .gzip), ("https://192.0.2.1", .gzip), ("http://localhost:4318", .none),
            ("http://127.0.0.9:4318", .none), ("http://[::1]:4318", .none), ("unix:///run/otel.sock", .none),
        ] as [(String, OTLPConfiguration.Compression)]
    )
    func `what crosses a network is compressed, unless the user says otherwise`(
        endpoint: String,
        compression: OTLPConfiguration.Compression
    ) throws {
        #expect(try read(["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint]).0.compression == compression)
        let other: OTLPConfiguration.Compression = compression == .gzip ? .none : .gzip
        let environment = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_COMPRESSION": other.rawValue,
        ]
        #expect(try read(environment).0.compression == other)
    }

    @Test func `a bad value is a warning and the next variable counts (conformance 35, 37, 39)`() throws {
        let (configuration, warnings) = try read([
            "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT": "10s", "OTEL_EXPORTER_OTLP_TIMEOUT": "700",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "Zstd",
        ])
        #expect(configuration.timeout == .milliseconds(700))
        #expect(configuration.compression == .none)
        #expect(
            warnings == [
                "OTEL_EXPORTER_OTLP_COMPRESSION=Zstd is ignored: expected one of none, gzip",
                "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT=10s is ignored: "
                    + "expected a whole number of milliseconds from 0 to 2147483647, without a unit",
            ]
        )
    }

    @Test(arguments: ["-1", "2147483648", "1.5", "abc", "99999999999999999999"])
    func `a timeout that is no number in range leaves the default (conformance 35, 36, 37)`(value: String) throws {
        let (configuration, warnings) = try read(["OTEL_EXPORTER_OTLP_TIMEOUT": value])
        #expect(configuration.timeout == .seconds(10))
        #expect(warnings.count == 1)
    }

    @Test func `a timeout of zero is no limit (conformance 38)`() throws {
        #expect(try read(["OTEL_EXPORTER_OTLP_TIMEOUT": "0"]).0.timeout == nil)
    }

    @Test(arguments: [("http/protobuf", 0), ("HTTP/Protobuf", 0), ("", 0), ("grpc", 1), ("http/json", 1)])
    func `another protocol is a warning (conformance 16)`(value: String, count: Int) throws {
        #expect(try read(["OTEL_EXPORTER_OTLP_PROTOCOL": value]).warnings.count == count)
    }

    @Test func `a client certificate without its key is a warning`() throws {
        let warnings = try read(["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": "/crt"]).warnings
        #expect(warnings.map { $0.hasPrefix("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE is set alone") } == [true])
    }

    @Test(arguments: [
        ("a=1", ["a=1"]),
        (" a = 1 ,\tb=2 ", ["a=1", "b=2"]),
        ("Authorization=Basic%20YTpi=", ["Authorization=Basic YTpi="]),
        ("k=a%2Cb%3Dc", ["k=a,b=c"]),
        ("k=alice+test", ["k=alice+test"]),
        ("k=1;m=2", ["k=1;m=2"]),
        ("k=%C3%A9", ["k=é"]),
        ("k=", ["k="]),
        ("a=1,,b=2,", ["a=1", "b=2"]),
        ("k=1,K=2", ["K=2"]),
    ])
    func `headers are read as baggage (conformance 40)`(list: String, expected: [String]) throws {
        let (pairs, warnings) = try headers(list)
        #expect(pairs == expected)
        #expect(warnings.isEmpty)
    }

    @Test(arguments: [
        "userId:alice", "=s3cret", "a b=s3cret", "k=s3cret%", "k=s3cret%2", "k=s3cret%XX", "k=s3cret%0D%0AEvil: 1",
        "k=s3cret%00", "k=s3cret%FF", "Content-Type=s3cret", "content-encoding=s3cret", "Transfer-Encoding=s3cret",
        "s3cret==", "s3cret%=x%",
    ])
    func `a bad header is left out, with a warning that does not show its value (conformance 40)`(entry: String) throws
    {
        let (pairs, warnings) = try headers("a=1,\(entry),b=2")
        #expect(pairs == ["a=1", "b=2"])
        #expect(warnings.count == 1)
        #expect(warnings.allSatisfy { $0.hasPrefix("OTEL_EXPORTER_OTLP_HEADERS: ") })
        #expect(!warnings.joined().contains("s3cret") && !warnings.joined().contains("alice"))
    }

    @Test func `no description of a configuration shows a header's value`() throws {
        let (configuration, _) = try read(["OTEL_EXPORTER_OTLP_HEADERS": "api-key=s3cret"])
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(text.contains("api-key"))
            #expect(!text.contains("s3cret"))
        }
    }
}
