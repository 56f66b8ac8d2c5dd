import CommandSupport
import Resource

@testable import Settings

/// A configuration file to read, and to make mistakes in.
enum ConfigurationExample {
    /// A file that has each key that applies.
    static let everything = """
        file_format: "1.1"
        disabled: false
        log_level: warn2
        resource:
          attributes_list: team=core,host.name=list
          attributes:
          - {name: host.name, value: web}
          - {name: rack, value: 7, type: int}
          - {name: spare, value: true, type: bool}
          - {name: load, value: 0.5, type: double}
        meter_provider:
          exemplar_filter: always_off
          readers:
          - periodic:
              interval: 5000
              timeout: 4000
              cardinality_limits: {default: 50}
              exporter:
                otlp_http:
                  endpoint: https://us3r:hunter2@collector:4318/in?token=s3cret
                  tls: {ca_file: /ca.pem, key_file: /key.pem, cert_file: /cert.pem}
                  headers:
                  - name: api-key
                    value: ${KEY}
                  - name: unset
                    value: ${NO_KEY}
                  headers_list: api-key=list,other=x%2Cy
                  compression: gzip
                  timeout: 0
                  max_request_size: 1000
                  max_response_size: 2000
                  encoding: protobuf
                  temporality_preference: low_memory
                  default_histogram_aggregation: base2_exponential_bucket_histogram
          - periodic:
              interval: 5000
              timeout: 4000
              cardinality_limits: {default: 50}
              exporter:
                console:
                  default_histogram_aggregation: explicit_bucket_histogram
          - pull:
              cardinality_limits: {default: 50}
              exporter:
                prometheus/development: {host: "::", port: 9999}
        tcplens/development:
          scope: node
          attribution: workload
          application_resource: false
          workload_limit: 70
          connection_limit: 5000
          attributes: [network.local.port, network.peer.port]
          response_time: true
          prometheus_created: true
          health: "[::1]:8080"
          confinement: [capabilities, no-new-privileges]
          queue_limit: 1000000
          spool_limit: 2000000
          spool: /var/spool/tcplens
        """

    /// The settings of a file with `text` in it.
    static func settings(_ text: String, _ environment: [String: String] = [:]) throws(Failure) -> RunSettings {
        let machine = Machine(environment: environment) { _ in nil }
        return try ConfigurationFile.settings(in: Array(text.utf8), of: "f.yaml", machine)
    }
}
