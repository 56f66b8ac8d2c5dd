internal import Readings

/// The keys of the attributes that the catalogue uses.
package enum AttributeKey {
    package static let transport = "network.transport"
    package static let type = "network.type"
    package static let state = "network.connection.state"
    package static let previousState = "tcplens.connection.state.previous"
    package static let role = "tcplens.connection.role"
    package static let direction = "network.io.direction"
    package static let error = "error.type"
    package static let retransmitType = "tcplens.retransmit.type"
    package static let localPort = "network.local.port"
    package static let peerPort = "network.peer.port"
    package static let cookieResult = "tcplens.syn_cookie.result"
    package static let abortReason = "tcplens.abort.reason"
    package static let dropReason = "tcplens.drop.reason"
    package static let program = "tcplens.bpf.program"
    package static let lossReason = "tcplens.loss.reason"
    package static let overflow = "otel.metric.overflow"
    package static let componentName = "otel.component.name"
    package static let componentType = "otel.component.type"
    package static let serverAddress = "server.address"
    package static let serverPort = "server.port"
    package static let statusCode = "http.response.status_code"
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
