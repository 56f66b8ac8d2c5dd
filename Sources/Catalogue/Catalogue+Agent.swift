internal import Metrics
internal import Readings

// The probes' metrics about themselves.
extension MetricDefinition {
    /// Runs of each BPF program, as the kernel counts them.
    package static let programRuns = Self(
        "tcplens.bpf.program.runs",
        .counter,
        "{run}",
        "How often a program of the agent ran.",
        answers: "How often does each program of the agent run?",
        condition: .programStatistics,
        attributes: [AttributeDefinition(AttributeKey.program, .text)],
        from: .programs { $0.runs }
    )
    /// Run time of each BPF program, as the kernel measures it.
    package static let programTime = Self(
        "tcplens.bpf.program.time",
        .counter,
        "s",
        "How long a program of the agent ran.",
        answers: "What does watching cost on the CPUs that carry the traffic?",
        condition: .programStatistics,
        attributes: [AttributeDefinition(AttributeKey.program, .text)],
        from: .programs { $0.nanoseconds }
    )
    /// Events that the programs could not count, by reason.
    package static let lostEvents = Self(
        "tcplens.lost_events",
        .counter,
        "{event}",
        "Events that could not be counted.",
        answers: "Are the flows complete?",
        attributes: [AttributeDefinition(AttributeKey.lossReason, .oneOf(LossReason.ofCounting.map(\.rawValue)))],
        from: .losses
    )
    /// By how much flows and stocks disagree, for each state that is only entered and left by events.
    package static let stockDrift = Self(
        "tcplens.stock.drift",
        .gauge,
        "{connection}",
        "Connections that the flows predict, less those that were found.",
        answers: "Do flows and stocks agree?",
        attributes: [AttributeDefinition(AttributeKey.state, .oneOf(ConnectionState.eventful.map(\.attributeValue)))],
        from: .drift
    )
}

// The metrics of exporters and readers about themselves (semantic conventions, `otel/sdk-metrics.md`).
extension MetricDefinition {
    private static let component = [
        AttributeDefinition(AttributeKey.componentName, .text),
        AttributeDefinition(AttributeKey.componentType, .text),
        AttributeDefinition(AttributeKey.serverAddress, .text, isRequired: false),
        AttributeDefinition(AttributeKey.serverPort, .port, isRequired: false),
    ]
    private static let failure = AttributeDefinition(AttributeKey.error, .text, isRequired: false)

    /// Data points of finished exports of each exporter; the error says whether they were lost.
    package static let exportedPoints = Self(
        "otel.sdk.exporter.metric_data_point.exported",
        .counter,
        "{data_point}",
        "Data points whose export is over, whether they arrived or not.",
        answers: "Do the data points arrive, and why not?",
        attributes: component + [failure]
    )
    /// Data points in the queue of each exporter or being sent.
    package static let pointsInFlight = Self(
        "otel.sdk.exporter.metric_data_point.inflight",
        .upDownCounter,
        "{data_point}",
        "Data points that exporters have been given and neither delivered nor given up.",
        answers: "How much waits to be sent?",
        attributes: component
    )
    /// Duration of exports, retries included.
    package static let exportDuration = Self(
        "otel.sdk.exporter.operation.duration",
        .histogram(nil),
        "s",
        "How long exports took, with all their attempts.",
        answers: "How long does an export take, and with what answer?",
        condition: .pastExports,
        attributes: component + [failure, AttributeDefinition(AttributeKey.statusCode, .number, isRequired: false)]
    )
    /// Duration of collections.
    package static let collectionDuration = Self(
        "otel.sdk.metric_reader.collection.duration",
        .histogram(nil),
        "s",
        "How long collections took.",
        answers: "How long does a collection take?",
        condition: .pastExports,
        attributes: component + [failure]
    )
}

// What the process uses of the machine (semantic conventions, `system/process-metrics.md`).
extension MetricDefinition {
    /// CPU time of this process, by mode.
    package static let processorTime = Self(
        "process.cpu.time",
        .counter,
        "s",
        "Time that the agent spent on CPUs.",
        answers: "How much CPU does the agent use?",
        attributes: [AttributeDefinition(AttributeKey.processorMode, .oneOf(["user", "system"]))]
    )
    /// Resident memory of this process.
    package static let processMemory = Self(
        "process.memory.usage",
        .upDownCounter,
        "By",
        "Physical memory that the agent uses.",
        answers: "How much memory does the agent use?",
        condition: .files(["self/statm"])
    )
}
