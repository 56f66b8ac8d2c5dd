internal import Readings

/// The keys of the attributes that the catalogue uses.
package enum AttributeKey {
    /// OpenTelemetry's key of the transport protocol, here always `tcp`.
    package static let transport = "network.transport"
    /// OpenTelemetry's key of the network protocol; the values are those of ``NetworkType``.
    package static let type = "network.type"
    /// OpenTelemetry's key of a connection's state; of a change, the new state.
    package static let state = "network.connection.state"
    /// The state before a change.
    package static let previousState = "tcplens.connection.state.previous"
    /// Whether this host is the client or the server of a connection.
    package static let role = "tcplens.connection.role"
    /// OpenTelemetry's key of `transmit` and `receive`.
    package static let direction = "network.io.direction"
    /// OpenTelemetry's key of why something failed; absent on success.
    package static let error = "error.type"
    /// Why a segment was retransmitted.
    package static let retransmitType = "tcplens.retransmit.type"
    /// OpenTelemetry's key of the port of a service on this host.
    package static let localPort = "network.local.port"
    /// OpenTelemetry's key of the port of a service that clients here connect to.
    package static let peerPort = "network.peer.port"
    /// Whether a SYN cookie was sent, received or invalid.
    package static let cookieResult = "tcplens.syn_cookie.result"
    /// Why this host aborted a connection.
    package static let abortReason = "tcplens.abort.reason"
    /// Why a received segment was dropped.
    package static let dropReason = "tcplens.drop.reason"
    /// The name of a BPF program.
    package static let program = "tcplens.bpf.program"
    /// Why an event could not be counted; the values are those of ``LossReason``.
    package static let lossReason = "tcplens.loss.reason"
    /// OpenTelemetry's key that marks the series beyond the cardinality limit.
    package static let overflow = "otel.metric.overflow"
    /// OpenTelemetry's key of the name of an exporter or reader, unique within the process.
    package static let componentName = "otel.component.name"
    /// OpenTelemetry's key of the kind of an exporter or reader.
    package static let componentType = "otel.component.type"
    /// OpenTelemetry's key of the host name or address of an exporter's receiver.
    package static let serverAddress = "server.address"
    /// OpenTelemetry's key of the port of an exporter's receiver.
    package static let serverPort = "server.port"
    /// OpenTelemetry's key of the HTTP status of a response.
    package static let statusCode = "http.response.status_code"
    /// OpenTelemetry's key of what a CPU did: `user` or `system`.
    package static let processorMode = "cpu.mode"
}

extension Dimension {
    /// The key of its attribute.
    var attributeKey: String {
        switch self {
        case .type: AttributeKey.type
        case .role: AttributeKey.role
        case .outcome: AttributeKey.error
        case .state: AttributeKey.state
        case .previousState: AttributeKey.previousState
        case .direction: AttributeKey.direction
        case .retransmitType: AttributeKey.retransmitType
        }
    }
}
