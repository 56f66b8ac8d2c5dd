/// What hints call the settings of an exporter: their names in the source that the user has written them in.
package struct OTLPSettingNames: Hashable, Sendable {
    /// The setting of the receiver's URL.
    package var endpoint: String
    /// The setting of a URL to which no path is appended; nil if none is appended to ``endpoint``, either.
    package var exactEndpoint: String?
    /// The setting of the headers.
    package var headers: String
    /// The setting of the file with the certificates to trust.
    package var certificate: String
    /// The setting of the file with the certificate to show.
    package var clientCertificate: String
    /// The setting of the file with that certificate's key.
    package var clientKey: String
    /// The setting of the spool's directory.
    package var spool: String

    /// Creates names.
    package init(
        endpoint: String,
        exactEndpoint: String? = nil,
        headers: String,
        certificate: String,
        clientCertificate: String,
        clientKey: String,
        spool: String
    ) {
        (self.endpoint, self.exactEndpoint, self.headers) = (endpoint, exactEndpoint, headers)
        (self.certificate, self.clientCertificate, self.clientKey) = (certificate, clientCertificate, clientKey)
        self.spool = spool
    }

    /// The variables of the environment.
    package static let variables = OTLPSettingNames(
        endpoint: "OTEL_EXPORTER_OTLP_ENDPOINT",
        exactEndpoint: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        headers: "OTEL_EXPORTER_OTLP_HEADERS",
        certificate: "OTEL_EXPORTER_OTLP_CERTIFICATE",
        clientCertificate: "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
        clientKey: "OTEL_EXPORTER_OTLP_CLIENT_KEY",
        spool: "TCPLENS_SPOOL"
    )

    /// The settings of the client certificate and its key.
    var clientFiles: String { "\(clientCertificate) and \(clientKey)" }
}
