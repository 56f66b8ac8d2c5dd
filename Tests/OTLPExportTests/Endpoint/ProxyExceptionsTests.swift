import Testing

@testable import Configuration
@testable import OTLPExport

@Suite struct ProxyExceptionsTests {
    private static let otel = "otel.mon.svc.cluster.local"

    @Test(
        arguments: [
            // Everything.
            ("*", otel, "*"), ("foo,*", otel, "*"), ("*", "10.9.0.1", "*"), ("*", "2001:db8::1", "*"),
            ("*:4318", otel, "*:4318"),
            ("*:80", otel, nil), ("", otel, nil), (" , ,", otel, nil),
            // Domains, as curl and Python take them: with and without a dot.
            ("cluster.local", otel, "cluster.local"), (".cluster.local", otel, ".cluster.local"),
            (" .cluster.local ", otel, ".cluster.local"), ("foo, .cluster.local ,bar", otel, ".cluster.local"),
            ("foo .cluster.local\tbar", otel, ".cluster.local"), ("foo,\n.cluster.local,\n", otel, ".cluster.local"),
            (otel, otel, otel), (".cluster.local", "cluster.local", ".cluster.local"),
            ("Cluster.LOCAL", otel, "Cluster.LOCAL"),
            ("cluster.local.", otel, "cluster.local."), (".cluster.local.", otel, ".cluster.local."),
            ("cluster.local", otel + ".", "cluster.local"), ("cluster.local", otel.uppercased(), "cluster.local"),
            ("ster.local", otel, nil), ("luster.local", "cluster.local", nil),
            ("x.cluster.local", "cluster.local", nil),
            ("local", otel, "local"), ("collector", "collector", "collector"), ("collector", "my-collector", nil),
            ("my_host", "my_host", "my_host"),
            // As Go takes them.
            ("*.cluster.local", otel, "*.cluster.local"), ("*.svc,*.cluster.local,10.0.0.0/8", otel, "*.cluster.local"),
            ("*.cluster.local", "cluster.local", nil), ("*.cluster.local.", otel, "*.cluster.local."),
            ("\(otel):4318", otel, "\(otel):4318"), ("\(otel):4317", otel, nil), (".local:4318", otel, ".local:4318"),
            ("*.local:4318", otel, "*.local:4318"), (".local:4317,.local", otel, ".local"),
            // Addresses and networks.
            ("10.9.0.1", "10.9.0.1", "10.9.0.1"), ("10.9.0.1:4318", "10.9.0.1", "10.9.0.1:4318"),
            ("10.9.0.1:1", "10.9.0.1", nil),
            ("10.0.0.0/8", "10.9.0.1", "10.0.0.0/8"), ("10.9.0.1/8", "10.200.0.1", "10.9.0.1/8"),
            ("10.0.0.0/8", "11.0.0.1", nil),
            ("10.9.0.0/31", "10.9.0.1", "10.9.0.0/31"), ("10.9.0.0/31", "10.9.0.2", nil),
            ("0.0.0.0/0", "10.9.0.1", "0.0.0.0/0"),
            ("10.9.0.1/32", "10.9.0.1", "10.9.0.1/32"), ("10.9.0.1/32", "10.9.0.2", nil),
            ("0.0.0.0/0", "2001:db8::1", nil),
            ("2001:db8::1", "2001:db8::1", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1", "[2001:db8::1]"),
            ("2001:DB8:0:0::1", "2001:db8::1", "2001:DB8:0:0::1"),
            ("[2001:db8::1]:4318", "2001:db8::1", "[2001:db8::1]:4318"),
            ("[2001:db8::1]:1", "2001:db8::1", nil), ("2001:db8::/32", "2001:db8:f::1", "2001:db8::/32"),
            ("[2001:db8::]/32", "2001:db8:f::1", "[2001:db8::]/32"), ("2001:db8::/33", "2001:db8:8000::1", nil),
            ("::ffff:10.9.0.1", "10.9.0.1", "::ffff:10.9.0.1"), ("10.0.0.0/8", "::ffff:10.9.0.1", "10.0.0.0/8"),
            ("fe80::1", "fe80::1%eth0", "fe80::1"), ("fe80::1%eth1", "fe80::1%eth0", "fe80::1%eth1"),
            // Names are not looked up, and an address is in no domain.
            ("10.0.0.0/8", otel, nil), ("0.0.0.0/0", otel, nil), ("0.1", "10.9.0.1", nil), (".1", "10.9.0.1", nil),
        ] as [(String, String, String?)]
    )
    func `who is reached directly`(list: String, host: String, expected: String?) {
        #expect(ProxyExceptions(list).entry(for: host, port: 4318) == expected)
    }

    @Test(arguments: [
        "10.*", "10.", "10.9", "*cluster.local", "*.*.local", "otel.*.local", "10.0.0.0/33", "10.0.0.0/",
        "2001:db8::/129",
        "http://collector", "http://collector:4318", "collector:", "collector:0", "collector:65536", "collector:http",
        "user@collector", "[collector]", "[10.9.0.1]", "..local", ".", "*.", "a/8", "2001:db8::g",
    ])
    func `what names nothing is told, and the rest counts`(entry: String) throws {
        let list = ProxyExceptions("\(entry),.local")
        #expect(list.unknown == [entry])
        #expect(list.entry(for: Self.otel, port: 4318) == ".local")
        for host in [Self.otel, "10.9.0.1", "2001:db8::1", "collector"] {
            #expect(ProxyExceptions(entry).entry(for: host, port: 4318) == nil)
        }
        let settings = [
            "http_proxy": "http://p:1", "NO_PROXY": entry, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
        ]
        var reader = EnvironmentReader(settings)
        let configuration = try OTLPConfiguration(&reader)
        #expect(configuration.proxy?.isUsed == true)
        #expect(reader.warnings.map { $0.hasPrefix("NO_PROXY: '\(entry)' is ignored: ") } == [true])
    }

    @Test(arguments: [
        ("https://collector.example.com", ".example.com:443", true),
        ("https://collector.example.com", ".example.com:80", false),
        ("http://collector.example.com", ".example.com:80", true), ("http://[2001:db8::1]:4318", "2001:db8::/32", true),
        ("http://[2001:db8::1]:4318", "[2001:db8::1]:4318", true),
        ("http://collector.example.com.:4318", "example.com", true),
    ])
    func `the receiver is that of the URL`(endpoint: String, list: String, isDirect: Bool) throws {
        for name in ["no_proxy", "NO_PROXY"] {
            let reader = EnvironmentReader([
                "ALL_PROXY": "http://p:1", name: list, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
            ])
            let proxy = try ProxySettings(reader, for: OTLPEndpoint(reader))
            #expect(proxy.isUsed != isDirect)
            #expect(proxy.exception == (isDirect ? list : nil))
            #expect((proxy.url == "") == isDirect)
        }
    }

    @Test func `a proxy that is not used need not be a URL`() throws {
        let reader = EnvironmentReader([
            "http_proxy": "ftp://x", "no_proxy": "*", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
        ])
        #expect(try !ProxySettings(reader, for: OTLPEndpoint(reader)).isUsed)
    }
}
