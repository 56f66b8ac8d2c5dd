internal import Metrics
internal import Readings

// For Prometheus, each bound is a series for each series of the metric. Together they must stay below 500 where both
// protocols, both roles and all states are seen (`SeriesCountTests`). So each distribution covers only its possible
// range, and long durations, of which only the order of magnitude matters, have wider buckets.
extension BucketBounds {
    /// Between two machines: from 15 us to two minutes.
    ///
    /// No handshake lasts longer.
    fileprivate static let roundTrips = Self(-16...7)
    /// Until a program answers: from 15 us to 17 minutes.
    fileprivate static let answers = Self(-16...10)
    /// Lives of connections: from 1 ms to 12 days, by a factor of 8.
    fileprivate static let lives = Self(-10...20, octaves: 3)
    /// Time in a state.
    ///
    /// There are many states, so: from 1 ms to 12 days, by a factor of 32.
    fileprivate static let states = Self(-10...20, octaves: 5)
}

// How long things took.
extension MetricDefinition {
    /// Duration of successful handshakes, by role and protocol.
    package static let handshakeDuration = Self(
        "tcplens.handshake.duration",
        .histogram(.roundTrips),
        "s",
        "From the SYN to ESTABLISHED, of handshakes that finished.",
        answers: "How long does it take to connect?",
        condition: .following,
        from: .durations(.handshakes)
    )
    /// Duration of connections that were established.
    package static let connectionDuration = Self(
        "tcplens.connection.duration",
        .histogram(.lives),
        "s",
        "From ESTABLISHED to the end.",
        answers: "How long do connections live?",
        condition: .following,
        from: .durations(.connections)
    )
    /// Time in each state, recorded when the socket leaves it.
    package static let stateDuration = Self(
        "tcplens.connection.state.duration",
        .histogram(.states),
        "s",
        "Time spent in the state that was left.",
        answers: "How long did connections stay in a state before they left it?",
        condition: .following,
        from: .durations(.states, ConnectionState.aging)
    )
    /// Round-trip times, at most one observation for each connection and interval, and one at its end.
    package static let rtt = Self(
        "tcplens.rtt",
        .histogram(.roundTrips),
        "s",
        "The kernel's smoothed round-trip time, once for each minute in which a connection carried data, and at its end.",
        answers: "How far away is the peer, or how long are the queues on the way?",
        condition: .following,
        from: .durations(.roundTrips)
    )
    /// Response times of services on this host, by port.
    package static let responseDuration = Self(
        "tcplens.response.duration",
        .histogram(.answers),
        "s",
        "On accepted connections, from the last bytes of a request read to the first bytes of its answer written.",
        answers: "How long does the program take to answer, without the network?",
        condition: .option("--response-time"),
        attributes: [AttributeDefinition(AttributeKey.localPort, .port), .overflow],
        from: .responseTimes
    )
}
