// swift-tools-version: 6.3
import PackageDescription

// The server of tcplens and two kept libraries, each as a program that answers one path. `run` compares them.

let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { .product(name: $0, package: "swift-nio") }

let package = Package(
    name: "servers",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.90.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.20.0"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.20.0"),
    ],
    targets: [
        .target(
            name: "HTTPServer",
            dependencies: nio,
            swiftSettings: [
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            ]
        ),
        .executableTarget(name: "own", dependencies: ["HTTPServer"], path: "Sources/Own"),
        .executableTarget(
            name: "with-hummingbird",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/WithHummingbird"
        ),
        .executableTarget(
            name: "with-flyingfox",
            dependencies: [.product(name: "FlyingFox", package: "FlyingFox")],
            path: "Sources/WithFlyingFox"
        ),
    ]
)
