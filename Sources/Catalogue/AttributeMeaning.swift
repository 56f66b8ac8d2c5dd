internal import Readings

extension AttributeDefinition {
    /// What the attribute says, in one sentence without a period at its end.
    ///
    /// A key means the same in every metric.
    package var meaning: String { Self.meanings[key] ?? "" }

    private static let meanings = [
        AttributeKey.transport: "The transport protocol",
        AttributeKey.type: "The network protocol; IPv4 on an IPv6 socket is `ipv4`",
        AttributeKey.state:
            "The state of a connection; of a change of state, the new one; of a duration, the one that ended",
        AttributeKey.previousState: "The state before a change",
        AttributeKey.role: "Whether this machine connected (`client`) or a listener here accepted (`server`)",
        AttributeKey.direction: "The direction of bytes and segments; it does not say who opened a connection",
        AttributeKey.error: "Why something failed; absent on success",
        AttributeKey.retransmitType: "Why a segment was sent again",
        AttributeKey.localPort:
            "The port of a listener, or of the service on this machine that a connection belongs to",
        AttributeKey.peerPort: "The port of the service that a client here connects to",
        AttributeKey.cookieResult: "What became of a SYN cookie",
        AttributeKey.abortReason: "Why this machine gave a connection up",
        AttributeKey.dropReason: "Which buffer had no room for a segment",
        AttributeKey.program: "The name of a BPF program",
        AttributeKey.lossReason: "Why an event could not be counted, or only late",
        AttributeKey.overflow: "Marks the one series for everything beyond the cardinality limit",
        AttributeKey.componentName: "The name of an exporter or reader, unique within the process",
        AttributeKey.componentType: "The kind of an exporter or reader",
        AttributeKey.serverAddress: "The host that an exporter sends to",
        AttributeKey.serverPort: "The port that an exporter sends to",
        AttributeKey.statusCode: "The HTTP status of the answer",
        AttributeKey.processorMode: "What a CPU did",
    ]

    /// Whether the key is one of OpenTelemetry's semantic conventions, and not of tcplens' own.
    package var isConvention: Bool { !key.hasPrefix("tcplens.") }
}
