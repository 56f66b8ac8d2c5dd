// swift-tools-version: 6.3;(experimentalCGen)
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { .product(name: $0, package: "swift-nio") }

let package = Package(
    name: "tcplens",
    products: [.executable(name: "tcplens", targets: ["TCPLens"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.90.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.10.0"),
    ],
    targets: [
        // System libraries.
        .systemLibrary(name: "CLibbpf", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev"])]),
        .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // C compiled from bpf/ and generated from proto/.
        .target(name: "CProbes", path: "bpf/include", publicHeadersPath: ".", plugins: ["BPFObjects"]),
        .target(
            name: "COTLP",
            dependencies: ["CProtobufC"],
            path: "proto/include",
            publicHeadersPath: ".",
            plugins: ["OTLPMessages"]
        ),

        // What the kernel and the C library offer that Swift can't call: prctl, adjtimex, handlers of signals.
        .target(name: "CPlatform"),

        // What all others stand on.
        .target(name: "System", dependencies: ["CPlatform", "CZlib"], swiftSettings: strict),
        .target(name: "YAML", dependencies: ["CYAML"], swiftSettings: strict),
        .target(name: "Configuration", dependencies: ["System", "YAML"], swiftSettings: strict),

        // From the kernel to readings.
        .target(name: "CLoading", dependencies: ["CLibbpf"]),
        .target(name: "BPF", dependencies: ["CLibbpf", "CLoading"], swiftSettings: strict),
        .target(name: "Readings", dependencies: ["Metrics"], swiftSettings: strict),
        .target(
            name: "Probes",
            dependencies: ["ApplicationResources", "BPF", "CProbes", "Metrics", "Readings", "System", "Workloads"],
            swiftSettings: strict
        ),
        .target(name: "Simulation", dependencies: ["Metrics", "Readings", heap], swiftSettings: strict),

        // From readings to metrics.
        .target(name: "Metrics", swiftSettings: strict),
        .target(name: "Catalogue", dependencies: ["Metrics", "Readings"], swiftSettings: strict),
        .target(name: "Observations", dependencies: ["Catalogue", "Metrics", "Readings"], swiftSettings: strict),
        .target(name: "Resource", dependencies: ["Metrics", "System"], swiftSettings: strict),
        .target(name: "Workloads", dependencies: ["Metrics", "System"], swiftSettings: strict),

        // From metrics to those who want them.
        .target(name: "OTLP", dependencies: ["COTLP", "CProtobufC", "Metrics"], swiftSettings: strict),
        .target(
            name: "Pipeline",
            dependencies: ["Catalogue", "Metrics", "Resource", "System"],
            swiftSettings: strict
        ),
        .target(
            name: "OTLPExport",
            dependencies: ["CLibcurl", "CZlib", "Configuration", "Metrics", "OTLP", "Pipeline", "System", asn1, deque],
            swiftSettings: strict
        ),
        .target(name: "HTTPServer", dependencies: nio, swiftSettings: strict),
        .target(name: "PrometheusNames", dependencies: ["Catalogue", "Metrics"], swiftSettings: strict),
        .target(
            name: "PrometheusExport",
            dependencies: ["HTTPServer", "Metrics", "Pipeline", "PrometheusNames", "System"],
            swiftSettings: strict
        ),
        .target(name: "Rendering", dependencies: ["Metrics", "System"], swiftSettings: strict),
        // What can be wrong, and how it shows.
        .target(name: "Findings", dependencies: ["Catalogue", "PrometheusNames"], swiftSettings: strict),
        .target(
            name: "Explain",
            dependencies: [
                "Catalogue", "CommandSupport", "Configuration", "Findings", "Metrics", "OTLPExport", "Observations",
                "Probes", "PrometheusNames", "Rendering", "Resource", "System",
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Registry",
            dependencies: ["Catalogue", "Metrics", "PrometheusNames", "Rendering"],
            swiftSettings: strict
        ),
        .target(
            name: "ConsoleExport",
            dependencies: ["Metrics", "Pipeline", "Rendering", "System"],
            swiftSettings: strict
        ),

        // What the applications on the machine say of themselves.
        .target(
            name: "ApplicationResources",
            dependencies: ["Metrics", "OTLP", "Resource", "System"],
            swiftSettings: strict
        ),

        // What the agent gives up, and who keeps what it takes.
        .target(name: "Confinement", dependencies: ["CPlatform", "System"], swiftSettings: strict),
        .target(
            name: "Broker",
            dependencies: ["ApplicationResources", "BPF", "CPlatform", "Confinement", "Probes", "System"],
            swiftSettings: strict
        ),

        // What a run is set to, and what commands share.
        .target(
            name: "CommandSupport",
            dependencies: ["Metrics", "System", logging, unixSignals],
            swiftSettings: strict
        ),
        .target(
            name: "Settings",
            dependencies: [
                "CommandSupport", "Configuration", "Confinement", "Metrics", "OTLPExport", "Pipeline", "Probes",
                "Rendering", "Resource", "System", "YAML", logging,
            ],
            swiftSettings: strict
        ),
        .target(name: "SocketText", dependencies: ["Probes", "Readings"], swiftSettings: strict),

        // The commands, a library each.
        .target(
            name: "AgentRuntime",
            dependencies: [
                "BPF", "Broker", "CPlatform", "CommandSupport", "Confinement", "ConsoleExport", "HTTPServer", "Metrics",
                "OTLPExport", "Observations", "Pipeline", "Probes", "PrometheusExport", "Resource", "Settings",
                "System", "Workloads", logging, unixSignals,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Doctor",
            dependencies: [
                "AgentRuntime", "ApplicationResources", "Broker", "CPlatform", "CommandSupport", "Confinement",
                "Metrics", "OTLPExport", "Pipeline", "Probes", "Readings", "Rendering", "Resource", "Settings",
                "System", "Workloads",
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Sink",
            dependencies: [
                "CommandSupport", "HTTPServer", "Metrics", "OTLP", "OTLPExport", "Rendering", "System", logging,
                unixSignals,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "SnapshotView",
            dependencies: [
                "CommandSupport", "Metrics", "Probes", "Readings", "Rendering", "Resource", "SocketText", "System",
                "Workloads",
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Top",
            dependencies: [
                "CPlatform", "CommandSupport", "Findings", "Metrics", "Probes", "Readings", "Rendering", "SnapshotView",
                "SocketText", "System", logging,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "TraceView",
            dependencies: [
                "CommandSupport", "Metrics", "Probes", "Readings", "Rendering", "SocketText", "System", "Workloads",
                logging,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Commands",
            dependencies: [
                "AgentRuntime", "CPlatform", "CommandSupport", "Doctor", "Explain", "Findings", "Metrics", "Probes",
                "Readings", "Registry", "Rendering", "Resource", "Settings", "Sink", "SnapshotView", "System", "Top",
                "TraceView",
                argumentParser, logging, unixSignals,
            ],
            swiftSettings: strict
        ),

        .executableTarget(name: "TCPLens", dependencies: ["CPlatform", "Commands"], swiftSettings: strict),

        // Tests: one target for each module, and the whole against the real kernel and the real Collector.
        .target(
            name: "TestSupport",
            dependencies: ["Configuration", "HTTPServer", "Metrics", "OTLPExport"],
            path: "Tests/TestSupport",
            exclude: ["FaultServer", "publish.py"],
            swiftSettings: strict
        ),
        .testTarget(name: "SystemTests", dependencies: ["OTLPExport", "System", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "ConfigurationTests", dependencies: ["Configuration", "YAML"], swiftSettings: strict),
        .testTarget(name: "ReadingsTests", dependencies: ["Readings"], swiftSettings: strict),
        .testTarget(
            name: "ProbesTests",
            dependencies: ["BPF", "CProbes", "Metrics", "Probes", "Readings", "System"],
            swiftSettings: strict
        ),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics"], swiftSettings: strict),
        .testTarget(
            name: "ObservationsTests",
            dependencies: ["Catalogue", "Metrics", "Observations", "Readings", "Simulation"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ApplicationResourcesTests",
            dependencies: ["ApplicationResources", "Metrics", "System", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(name: "FindingsTests", dependencies: ["Catalogue", "Findings"], swiftSettings: strict),
        .testTarget(
            name: "ExplainTests",
            dependencies: [
                "Catalogue", "CommandSupport", "Explain", "Findings", "HTTPServer", "Metrics", "PrometheusNames",
                "Rendering", "System",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RegistryTests",
            dependencies: ["Catalogue", "Findings", "Registry", "Rendering", "YAML"],
            swiftSettings: strict
        ),
        .testTarget(name: "ResourceTests", dependencies: ["Metrics", "Resource"], swiftSettings: strict),
        .testTarget(
            name: "WorkloadsTests",
            dependencies: ["Metrics", "System", "Workloads", "identifying"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OTLPTests",
            dependencies: ["Metrics", "OTLP"],
            exclude: ["prepare-venv.sh", "requirements.txt", "wire"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "ConsoleExport", "HTTPServer", "Metrics", "Pipeline", "PrometheusExport", "Rendering", "TestSupport",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OTLPExportTests",
            dependencies: [
                "Configuration", "HTTPServer", "Metrics", "OTLP", "OTLPExport", "Pipeline", "System", "TestSupport",
                "exporting",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: ["HTTPServer", .product(name: "NIOEmbedded", package: "swift-nio")] + nio,
            swiftSettings: strict
        ),
        .testTarget(
            name: "PrometheusExportTests",
            dependencies: [
                "HTTPServer", "Metrics", "OTLPExport", "Pipeline", "PrometheusExport", "PrometheusNames", "System",
                "TestSupport",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RenderingTests",
            dependencies: ["ConsoleExport", "Metrics", "Pipeline", "Rendering", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SettingsTests",
            dependencies: [
                "AgentRuntime", "CommandSupport", "Confinement", "Metrics", "OTLPExport", "Pipeline", "Probes",
                "Resource", "Settings", "TestSupport", logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AgentRuntimeTests",
            dependencies: [
                "AgentRuntime", "CommandSupport", "Confinement", "HTTPServer", "Metrics", "OTLPExport", "Observations",
                "Pipeline", "Probes", "Resource", "Settings", "Simulation", "System", "TestSupport", "Workloads",
                logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DoctorTests",
            dependencies: [
                "ApplicationResources", "Confinement", "Doctor", "OTLPExport", "Probes", "Rendering", "Resource",
                "System", "Workloads",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SinkTests",
            dependencies: ["HTTPServer", "Metrics", "OTLP", "OTLPExport", "Rendering", "Sink", "System"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SnapshotViewTests",
            dependencies: ["Probes", "Readings", "Rendering", "SnapshotView", "System", "Workloads"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TopTests",
            dependencies: ["Metrics", "Probes", "Readings", "Rendering", "System", "Top"],
            exclude: ["Frames"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TraceViewTests",
            dependencies: [
                "CProbes", "Probes", "Readings", "Rendering", "SocketText", "System", "TraceView", "Workloads",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandsTests",
            dependencies: ["Commands", "Configuration", "Settings", "SnapshotView", argumentParser],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["Findings", "Registry", "TCPLens", "TestSupport", "calling", "exporting", "traffic"],
            exclude: [
                "SDK", "Scenarios", "fetch-backends", "fetch-containers", "crowd.py", "mishaps.py", "terminal.py",
            ],
            swiftSettings: strict
        ),
        .executableTarget(name: "traffic", path: "Tests/Traffic"),
        .executableTarget(name: "calling", path: "Tests/Calling"),
        .executableTarget(
            name: "identifying",
            dependencies: ["Metrics", "Workloads"],
            path: "Tests/Identifying",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "exporting",
            dependencies: ["Configuration", "Metrics", "OTLPExport", "Pipeline", "System", argumentParser],
            path: "Tests/Exporting",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "encoding",
            dependencies: ["Metrics", "OTLP", argumentParser],
            path: "Tests/Encoding",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "collecting",
            dependencies: ["Metrics", "Observations", "Pipeline", "Readings"],
            path: "Tests/Collecting",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "guarding",
            dependencies: [
                "Configuration", "Metrics", "OTLPExport", "Observations", "Pipeline", "Readings", "Simulation",
                "System",
            ],
            path: "Tests/Guarding",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "fleet",
            dependencies: [
                "Configuration", "Metrics", "OTLPExport", "Observations", "Pipeline", "Resource", "Simulation",
                "System", argumentParser,
            ],
            path: "Tests/Fleet",
            swiftSettings: strict
        ),
        .executableTarget(name: "walking", dependencies: ["Probes"], path: "Tests/Walking", swiftSettings: strict),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "ApplicationResources", "Broker", "CProbes", "Explain", "HTTPServer",
                "Metrics", "OTLP", "OTLPExport", "Probes", "PrometheusExport", "Readings", "Resource", "Settings",
                "System", "Workloads", "YAML", .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio,
            path: "Tests/Fuzzing/Targets",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "fuzzing",
            dependencies: ["FuzzTargets"],
            path: "Tests/Fuzzing/Driver",
            swiftSettings: strict
        ),
        .testTarget(name: "FuzzingTests", dependencies: ["FuzzTargets", "TestSupport"], swiftSettings: strict),

        .plugin(name: "BPFObjects", capability: .buildTool(), path: "Sources/Plugins/BPFObjects"),
        .plugin(name: "OTLPMessages", capability: .buildTool(), path: "Sources/Plugins/OTLPMessages"),
    ],
    cLanguageStandard: .gnu2x
)
