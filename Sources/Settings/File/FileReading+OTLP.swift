import Configuration
import Metrics
import OTLPExport

extension TemporalityPreference {
    /// The names in files: the schema spells the last one with an underscore, the environment variable without.
    static let fileChoices: Choices<TemporalityPreference> = [
        "cumulative": .cumulative, "delta": .delta, "low_memory": .lowMemory,
    ]
}

extension FileReading {
    /// Reads `otlp_http`.
    mutating func readOTLP(_ section: inout Section) {
        if let url = section.string("endpoint") {
            do throws(ConfigurationError) {
                settings.otlp.endpoint = try OTLPEndpoint(url: url, from: "endpoint")
            } catch {
                section.refuse("endpoint", error.reason)
            }
        }
        section.section("tls") { readTLS(&$0) }
        section.renamed([
            "certificate": "ca_file in tls", "client_key": "key_file in tls", "client_certificate": "cert_file in tls",
            "certificate_file": "ca_file in tls", "client_key_file": "key_file in tls",
            "client_certificate_file": "cert_file in tls",
            "protocol": "the name of the exporter: otlp_http is http/protobuf",
        ])
        settings.otlp.headers = headers(&section)
        settings.otlp.compression =
            section.choice("compression", from: Choices<OTLPConfiguration.Compression>()) ?? .none
        // Zero is no limit.
        let timeout = section.milliseconds("timeout")
        settings.otlp.timeout = timeout == .zero ? nil : timeout ?? settings.otlp.timeout
        let sizes = 0...Int(Int32.max)
        settings.otlp.requestLimit =
            section.integer("max_request_size", in: sizes, of: "bytes") ?? settings.otlp.requestLimit
        settings.otlp.responseLimit =
            section.integer("max_response_size", in: sizes, of: "bytes") ?? settings.otlp.responseLimit
        _ = section.choice("encoding", from: ["protobuf": ()])
        settings.otlp.temporality =
            section.choice("temporality_preference", from: TemporalityPreference.fileChoices) ?? .cumulative
        settings.otlp.histograms = histograms(&section)
        if settings.otlp.endpoint.isRedacted || settings.otlp.headers.contains(where: \.isRedacted) {
            settings.warnings.append(
                "the configuration has *** where --print-config left a secret out: put the secret there"
            )
        }
    }

    private mutating func readTLS(_ section: inout Section) {
        section.renamed([
            "certificate_file": "ca_file", "client_key_file": "key_file", "client_certificate_file": "cert_file",
        ])
        settings.otlp.certificate = section.path("ca_file")
        settings.otlp.clientKey = section.path("key_file")
        settings.otlp.clientCertificate = section.path("cert_file")
        if (settings.otlp.clientKey == nil) != (settings.otlp.clientCertificate == nil) {
            let key = settings.otlp.clientKey == nil ? "cert_file" : "key_file"
            section.refuse(key, "cert_file and key_file belong together")
        }
    }

    /// The headers of both forms, of which single ones win over the list.
    private func headers(_ section: inout Section) -> [OTLPHeader] {
        var headers: [OTLPHeader] = []
        if let list = section.string("headers_list") {
            var refusals: [String] = []
            headers = OTLPHeader.list(list) { refusals.append("entry \($0): \($1)") }
            for refusal in refusals {
                section.refuse("headers_list", refusal)
            }
        }
        section.sections("headers") { section in
            let name = section.string("name", isRequired: true)
            // By the schema a header without a value is passed over: its variable is not set.
            guard let value = section.string("value"), let name else { return }
            if let header = OTLPHeader(name: name, value: value) {
                headers.set(header)
            } else {
                OTLPHeader.problem(withName: name).map { section.refuse("name", $0) }
                OTLPHeader.problem(withValue: value).map { section.refuse("value", $0) }
            }
        }
        return headers
    }
}
