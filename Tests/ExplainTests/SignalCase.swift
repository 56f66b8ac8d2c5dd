import Catalogue
import Findings
import Metrics
import Testing

/// A signal, the series of its metrics by their names, and its value for each group.
struct SignalCase: Sendable, CustomTestStringConvertible {
    var name: String
    var signal: Signal
    var series: [(definition: MetricDefinition, series: [Series])]
    var expected: [[String: String]: Double]
    var testDescription: String { name }

    /// A series with its values, one for each second.
    struct Series: Sendable {
        var attributes: Attributes
        var values: [Double]
    }

    /// Six collections, so five seconds between the first and the last.
    private static func steady(_ value: Double) -> [Double] { Array(repeating: value, count: 6) }
    private static func growing(_ step: Double, from first: Double = 0) -> [Double] {
        (0..<6).map { first + Double($0) * step }
    }

    private static let closeWait = Selector(.connectionCount, ["network.connection.state": .equal("close_wait")])
    private static let port = "network.local.port"
    private static let usage = Selector(.synQueueUsage, by: port)
    private static let limit = Selector(.synQueueLimit, by: port)

    /// All cases.
    static let all: [Self] = [
        Self(
            name: "sum of what is there now, of those that are selected",
            signal: .sum(closeWait),
            series: [
                (
                    .connectionCount,
                    [
                        Series(
                            attributes: ["network.connection.state": "close_wait", "network.type": "ipv4"],
                            values: [9, 9, 9, 9, 9, 3]
                        ),
                        Series(
                            attributes: ["network.connection.state": "close_wait", "network.type": "ipv6"],
                            values: steady(4)
                        ),
                        Series(
                            attributes: ["network.connection.state": "listen", "network.type": "ipv4"],
                            values: steady(100)
                        ),
                    ]
                )
            ],
            expected: [[:]: 7]
        ),
        Self(
            name: "lasting is the smallest sum",
            signal: .lasting(closeWait),
            series: [
                (
                    .connectionCount,
                    [
                        Series(
                            attributes: ["network.connection.state": "close_wait", "network.type": "ipv4"],
                            values: [5, 5, 1, 5, 5, 5]
                        ),
                        Series(
                            attributes: ["network.connection.state": "close_wait", "network.type": "ipv6"],
                            values: [1, 1, 6, 1, 1, 1]
                        ),
                    ]
                )
            ],
            expected: [[:]: 6]
        ),
        Self(
            name: "peak is the greatest single value of each group",
            signal: .peak(Selector(.acceptQueueFull, by: port)),
            series: [
                (
                    .acceptQueueFull,
                    [
                        Series(
                            attributes: ["network.local.port": 80, "network.type": "ipv4"],
                            values: [0, 2, 0, 0, 0, 0]
                        ),
                        Series(
                            attributes: ["network.local.port": 80, "network.type": "ipv6"],
                            values: [0, 0, 1, 0, 0, 0]
                        ),
                        Series(attributes: ["network.local.port": 443, "network.type": "ipv4"], values: steady(0)),
                    ]
                )
            ],
            expected: [["network_local_port": "80"]: 2, ["network_local_port": "443"]: 0]
        ),
        Self(
            name: "rate by an attribute that must be there",
            signal: .rate(Selector(.handshakes, ["error.type": .present], by: "error.type")),
            series: [
                (
                    .handshakes,
                    [
                        Series(
                            attributes: ["error.type": "reset", "network.type": "ipv4"],
                            values: growing(2, from: 70)
                        ),
                        Series(attributes: ["error.type": "reset", "network.type": "ipv6"], values: growing(1)),
                        Series(attributes: ["network.type": "ipv4"], values: growing(50)),
                    ]
                )
            ],
            expected: [["error_type": "reset"]: 3]
        ),
        Self(
            name: "rate of all but some",
            signal: .rate(Selector(.retransmits, ["tcplens.retransmit.type": .noneOf(["syn", "syn_ack"])])),
            series: [
                (
                    .retransmits,
                    [
                        Series(attributes: ["tcplens.retransmit.type": "fast"], values: growing(3)),
                        Series(attributes: ["tcplens.retransmit.type": "syn"], values: growing(8)),
                        Series(attributes: [:], values: growing(1)),
                    ]
                )
            ],
            expected: [[:]: 4]
        ),
        Self(
            name: "rate of a counter that begins anew",
            signal: .rate(Selector(.listenerDrops)),
            series: [(.listenerDrops, [Series(attributes: [:], values: [100, 102, 104, 2, 4, 6])])],
            expected: [[:]: 2]
        ),
        Self(
            name: "share of the same groups, and none where one is missing",
            signal: .share(.sum(usage), of: .sum(limit)),
            series: [
                (
                    .synQueueUsage,
                    [
                        Series(attributes: ["network.local.port": 80], values: steady(3)),
                        Series(attributes: ["network.local.port": 81], values: steady(3)),
                    ]
                ),
                (
                    .synQueueLimit,
                    [
                        Series(attributes: ["network.local.port": 80], values: steady(4)),
                        Series(attributes: ["network.local.port": 82], values: steady(4)),
                    ]
                ),
            ],
            expected: [["network_local_port": "80"]: 0.75]
        ),
        Self(
            name: "share of fewer groups",
            signal: .share(
                .rate(Selector(.handshakes, ["error.type": .present], by: "error.type")),
                of: .rate(Selector(.handshakes))
            ),
            series: [
                (
                    .handshakes,
                    [
                        Series(attributes: ["error.type": "reset"], values: growing(1)),
                        Series(attributes: ["error.type": "refused"], values: growing(3)),
                        Series(attributes: [:], values: growing(4)),
                    ]
                )
            ],
            expected: [["error_type": "reset"]: 0.125, ["error_type": "refused"]: 0.375]
        ),
    ]
}
