/// Whether another attempt at a failed request may succeed.
enum Retry: Hashable, Sendable {
    /// It may, soon; if the receiver named a delay (`Retry-After`), not before that.
    case soon(retryAfter: Duration?)
    /// It may, after something was repaired: settings, certificates, the network. Not within the same export.
    case later
    /// The receiver would refuse it again.
    case never
}

extension Retry {
    /// Classifies a response that is not a success (OTLP specification, "OTLP/HTTP Response", "Retryable Response
    /// Codes").
    init(status: Int, retryAfter: Duration?) {
        switch status {
        case 429, 502, 503, 504: self = .soon(retryAfter: retryAfter)
        default: self = .never
        }
    }

    /// Classifies the lack of a response.
    init(_ kind: TransportError.Kind) {
        switch kind {
        case .retryable, .timedOut: self = .soon(retryAfter: nil)
        case .permanent, .cancelled: self = .later
        // Another response would be as large, and the receiver may have accepted the points.
        case .responseTooLarge: self = .never
        }
    }
}

/// Decides whether a failed request is tried again, and when: exponential backoff with jitter, as OTLP requires.
///
/// The first delay is 1 s. Each further one is twice as long, up to 10 s. Every delay is spread randomly over 50 % to
/// 150 % of that, so that agents which failed together do not return together. The default timeout of 10 s leaves time
/// for three or four attempts; their number is limited by the timeout alone.
package struct RetryPolicy: Hashable, Sendable {
    /// The longest time that anything is waited for: the default of an export's timeout, and the limit of
    /// `Retry-After`.
    ///
    /// Metrics that are an hour old are superseded by newer ones. A receiver that asks for more is taken to be
    /// mistaken.
    static let longestWait = Duration.seconds(3600)

    /// The first delay, before jitter.
    package var initial: Duration
    /// The longest delay, before jitter.
    package var maximum: Duration
    /// The ratio of a delay to the one before it.
    package var multiplier: Double
    /// The part of a delay that is random, in both directions, from 0 to 1.
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

    /// The backoff after an attempt, without regard to what the receiver asks for.
    ///
    /// - Parameters:
    ///   - attempt: The number of the attempt; the first is 1.
    ///   - random: A random number from 0 up to, but not including, 1.
    /// - Returns: The delay, with jitter.
    package func backoff(afterAttempt attempt: Int, random: Double) -> Duration {
        var middle = min(initial, maximum)
        // Limited at each step so that nothing overflows. 64 steps are enough for any growth to reach the maximum.
        for _ in 0..<min(max(attempt, 1) - 1, 64) {
            middle = min(middle * multiplier, maximum)
        }
        return middle * (1 - randomization + 2 * randomization * random)
    }

    /// The delay before the next attempt: what the receiver asked for, but never less than the backoff.
    ///
    /// A receiver may ask many agents at once to wait until the same moment. So up to half of that is added, but no
    /// more than half of the longest backoff.
    func delay(afterAttempt attempt: Int, retryAfter: Duration?, random: Double) -> Duration {
        let wait = min(retryAfter ?? .zero, Self.longestWait)
        return max(
            wait + min(wait, maximum) * (randomization * random),
            backoff(afterAttempt: attempt, random: random)
        )
    }

    /// The time over which a backlog is sent after an outage.
    ///
    /// It is about the longest backoff: agents come back to a receiver within that time, and each would otherwise send
    /// all that it has at once.
    ///
    /// - Parameter random: A random number from 0 up to, but not including, 1.
    /// - Returns: The time.
    func backlogTime(random: Double) -> Duration {
        maximum * (1 - randomization + 2 * randomization * random)
    }

    /// The delay before another attempt within the same timeout, or nil if there is to be none.
    ///
    /// - Parameters:
    ///   - retry: What the failure says.
    ///   - attempt: The number of the attempt that failed; the first is 1.
    ///   - timeLeft: What is left of the timeout. A delay that does not fit into it ends the attempts at once.
    ///   - random: A random number from 0 up to, but not including, 1.
    /// - Returns: The delay, less than `timeLeft`, or nil.
    func delay(for retry: Retry, afterAttempt attempt: Int, within timeLeft: Duration, random: Double) -> Duration? {
        guard case .soon(let retryAfter) = retry else { return nil }
        let delay = delay(afterAttempt: attempt, retryAfter: retryAfter, random: random)
        return delay < timeLeft ? delay : nil
    }

    /// The delay before a queue tries its oldest request again, after its timeout ended without success.
    ///
    /// - Parameters:
    ///   - retry: What the last failure says.
    ///   - failures: How many times in a row a timeout has ended like this.
    ///   - random: A random number from 0 up to, but not including, 1.
    /// - Returns: The delay.
    func delay(for retry: Retry, afterFailures failures: Int, random: Double) -> Duration {
        var retryAfter: Duration?
        if case .soon(let time) = retry { retryAfter = time }
        return delay(afterAttempt: failures, retryAfter: retryAfter, random: random)
    }
}
