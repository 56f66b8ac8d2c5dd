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

        // The way of the data, from left to right.
        .target(name: "Metrics", swiftSettings: strict),
        .target(name: "BPF", dependencies: ["CLibbpf", "System"], swiftSettings: strict),
        .target(name: "Readings", dependencies: ["Metrics"], swiftSettings: strict),
        .target(
            name: "Probes",
            dependencies: ["BPF", "CProbes", "Metrics", "Readings", "System"],
            swiftSettings: strict
        ),
        .target(name: "Catalogue", dependencies: ["Metrics", "Readings"], swiftSettings: strict),
        .target(name: "Observations", dependencies: ["Catalogue", "Metrics", "Readings"], swiftSettings: strict),
        .target(name: "Resource", dependencies: ["Metrics", "System"], swiftSettings: strict),
        .target(name: "OTLP", dependencies: ["Metrics", "COTLP"], swiftSettings: strict),
        .target(name: "Pipeline", dependencies: ["Catalogue", "Metrics", "System"], swiftSettings: strict),
        .target(
            name: "OTLPExport",
            dependencies: ["Pipeline", "Metrics", "OTLP", "Configuration", "System", "CLibcurl", "CZlib", deque, asn1],
            swiftSettings: strict
        ),
        .target(
            name: "PrometheusExport",
            dependencies: ["Pipeline", "Metrics", "HTTPServer", "System"],
            swiftSettings: strict
        ),
        .target(name: "Rendering", dependencies: ["Pipeline", "Metrics", "System"], swiftSettings: strict),
        .target(name: "HTTPServer", dependencies: nio, swiftSettings: strict),

        // What the user wants.
        .target(name: "YAML", dependencies: ["CYAML"], swiftSettings: strict),
        .target(name: "Configuration", dependencies: ["YAML", "System"], swiftSettings: strict),

        .executableTarget(
            name: "TCPLens",
            dependencies: [
                "Catalogue", "Metrics", "Observations", "Probes", "Readings", "Resource", "OTLP", "Pipeline",
                "OTLPExport", "PrometheusExport", "Rendering", "HTTPServer", "Configuration", "YAML", "System",
                "CPlatform", argumentParser, logging, unixSignals,
            ],
            swiftSettings: strict
        ),

        // Tests: one target for each module, and the whole against the real kernel and the real Collector.
        .testTarget(name: "MetricsTests", dependencies: ["Metrics"], swiftSettings: strict),
        .testTarget(name: "ResourceTests", dependencies: ["Resource", "Metrics"], swiftSettings: strict),
        .testTarget(
            name: "ProbesTests",
            dependencies: ["Probes", "BPF", "CProbes", "Metrics", "Readings", "System"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ObservationsTests",
            dependencies: ["Catalogue", "Metrics", "Observations", "Readings"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OTLPTests",
            dependencies: ["OTLP", "Metrics"],
            exclude: ["prepare-venv.sh", "requirements.txt", "wire"],
            swiftSettings: strict
        ),
        .testTarget(name: "ConfigurationTests", dependencies: ["Configuration", "YAML"], swiftSettings: strict),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: ["HTTPServer", .product(name: "NIOEmbedded", package: "swift-nio")] + nio,
            swiftSettings: strict
        ),
        .testTarget(
            name: "ExportTests",
            dependencies: [
                "Pipeline", "OTLPExport", "PrometheusExport", "Rendering", "Configuration", "System", "HTTPServer",
                "Metrics", "OTLP", "exporting",
            ],
            exclude: ["FaultServer"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TCPLensTests",
            dependencies: [
                "TCPLens", "CProbes", "Pipeline", "OTLPExport", "PrometheusExport", "Rendering", "System", "Metrics",
                "Probes", "Readings", "Resource", "HTTPServer", "OTLP", argumentParser, logging,
            ],
            exclude: ["Frames"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["TCPLens", "exporting", "traffic"],
            exclude: [
                "SDK", "fetch-backends", "controls.py", "crowd.py", "mishaps.py", "terminal.py", "unusual.py",
            ],
            swiftSettings: strict
        ),
        .executableTarget(name: "traffic", path: "Tests/Traffic"),
        .executableTarget(
            name: "exporting",
            dependencies: ["Pipeline", "OTLPExport", "Configuration", "Metrics", "System", argumentParser],
            path: "Tests/Exporting",
            swiftSettings: strict
        ),

        .plugin(name: "BPFObjects", capability: .buildTool(), path: "Sources/Plugins/BPFObjects"),
        .plugin(name: "OTLPMessages", capability: .buildTool(), path: "Sources/Plugins/OTLPMessages"),
    ],
    cLanguageStandard: .gnu2x
)
