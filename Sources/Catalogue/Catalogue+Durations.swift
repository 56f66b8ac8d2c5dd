internal import Metrics
internal import Readings

// Each bound is a series for each series of the metric: together they are to stay below 500 where both protocols, both
// roles and all states are seen (`SeriesCountTests`). So distributions have the range in which they can be, and long
// ones, of which the order of magnitude counts, wider buckets.
extension BucketBounds {
    /// What passes between two machines: from 15 us to two minutes, longer than which no handshake lasts.
    fileprivate static let roundTrips = Self(-16...7)
    /// What a program does before it answers: from 15 us to 17 minutes.
    fileprivate static let answers = Self(-16...10)
    /// Lives: from 1 ms to 12 days, by a factor of 8.
    fileprivate static let lives = Self(-10...20, octaves: 3)
    /// States, which are many: from 1 ms to 12 days, by a factor of 32.
    fileprivate static let states = Self(-10...20, octaves: 5)
}

// How long things took.
extension MetricDefinition {
    package static let handshakeDuration = Self(
        "tcplens.handshake.duration",
        .histogram(.roundTrips),
        "s",
        "From the SYN to ESTABLISHED, of handshakes that finished.",
        condition: .following,
        from: .durations(.handshakes)
    )
    package static let connectionDuration = Self(
        "tcplens.connection.duration",
        .histogram(.lives),
        "s",
        "From ESTABLISHED to the end.",
        condition: .following,
        from: .durations(.connections)
    )
    package static let stateDuration = Self(
        "tcplens.connection.state.duration",
        .histogram(.states),
        "s",
        "Time spent in the state that was left.",
        condition: .following,
        from: .durations(.states, ConnectionState.aging)
    )
    package static let rtt = Self(
        "tcplens.rtt",
        .histogram(.roundTrips),
        "s",
        "The kernel's smoothed round-trip time, once for each minute in which a connection carried data, and at its end.",
        condition: .following,
        from: .durations(.roundTrips)
    )
    package static let responseDuration = Self(
        "tcplens.response.duration",
        .histogram(.answers),
        "s",
        "On accepted connections, from the last bytes of a request read to the first bytes of its answer written.",
        condition: .option("--response-time"),
        attributes: [AttributeDefinition(AttributeKey.localPort, .port), .overflow],
        from: .responseTimes
    )
}
