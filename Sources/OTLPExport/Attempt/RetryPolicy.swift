/// How long to wait before trying again: exponential back-off with jitter, as OTLP demands.
///
/// The first wait is 1 s, each further one twice as long, 10 s at most, and each is spread over 50 % to 150 % of that by
/// chance, so that agents which failed together do not come back together. Within the default timeout of 10 s that makes
/// three or four attempts. There is no limit of attempts: the timeout of the whole export is one.
package struct RetryPolicy: Hashable, Sendable {
    /// The middle of the first wait.
    package var initial: Duration
    /// The greatest middle of a wait.
    package var maximum: Duration
    /// How much longer each wait is than the one before it.
    package var multiplier: Double
    /// Which part of a wait is left to chance, on both sides of its middle.
    package var randomization: Double

    /// Creates a policy.
    package init(
        initial: Duration = .seconds(1),
        maximum: Duration = .seconds(10),
        multiplier: Double = 2,
        randomization: Double = 0.5
    ) {
        self.initial = initial
        self.maximum = maximum
        self.multiplier = multiplier
        self.randomization = randomization
    }

    /// The wait after attempt number `attempt`, the first being 1, by a `random` number from 0 up to, not including, 1.
    package func backoff(afterAttempt attempt: Int, random: Double) -> Duration {
        var middle = min(initial, maximum)
        // Capped at each step, so that nothing overflows, and in steps: by the 64th any growth has come to its end.
        for _ in 0..<min(max(attempt, 1) - 1, 64) {
            middle = min(middle * multiplier, maximum)
        }
        return middle * (1 - randomization + 2 * randomization * random)
    }

    /// The wait before the next attempt: what the receiver asked for, but never less than the back-off.
    func wait(afterAttempt attempt: Int, retryAfter: Duration?, random: Double) -> Duration {
        max(retryAfter ?? .zero, backoff(afterAttempt: attempt, random: random))
    }
}
