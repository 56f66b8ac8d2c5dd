import Testing

@testable import OTLPExport

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy()

    @Test(arguments: zip([1, 2, 3, 4, 5, 6, 100, .max], [1, 2, 4, 8, 10, 10, 10, 10]))
    func `the middle of a delay doubles up to the maximum (conformance 62)`(attempt: Int, seconds: Int) {
        #expect(policy.backoff(afterAttempt: attempt, random: 0.5) == .seconds(seconds))
    }

    @Test func `a delay is spread randomly over half of it to half more (conformance 61, 62)`() {
        #expect(policy.backoff(afterAttempt: 2, random: 0) == .seconds(1))
        #expect(policy.backoff(afterAttempt: 2, random: 0.75) == .milliseconds(2500))
        #expect(policy.backoff(afterAttempt: 2, random: 1) == .seconds(3))
    }

    @Test(arguments: [Int.min, -1, 0])
    func `an attempt number that makes no sense is taken as the first`(attempt: Int) {
        #expect(policy.backoff(afterAttempt: attempt, random: 0.5) == .seconds(1))
    }

    @Test func `what the receiver asks for only makes a delay longer (conformance 60, 62)`() {
        #expect(policy.delay(afterAttempt: 1, retryAfter: .seconds(7), random: 0) == .seconds(7))
        #expect(policy.delay(afterAttempt: 3, retryAfter: .seconds(1), random: 0.5) == .seconds(4))
        #expect(policy.delay(afterAttempt: 1, retryAfter: .zero, random: 0.5) == .seconds(1))
        #expect(policy.delay(afterAttempt: 1, retryAfter: nil, random: 0.5) == .seconds(1))
    }

    @Test func `agents that were asked to wait for the same time do not return together (conformance 60)`() {
        let halves: KeyValuePairs<Int, Duration> = [2: .milliseconds(500), 8: .seconds(2), 30: .milliseconds(2500)]
        for (seconds, half) in halves {
            let (wait, policy) = (Duration.seconds(seconds), policy)
            #expect(policy.delay(afterAttempt: 1, retryAfter: wait, random: 0) == wait, "never earlier")
            #expect(policy.delay(afterAttempt: 1, retryAfter: wait, random: 0.5) == wait + half)
        }
    }

    @Test func `a backlog is spread over about the longest backoff`() {
        #expect(policy.backlogTime(random: 0.5) == .seconds(10))
        #expect(policy.backlogTime(random: 0) == .seconds(5))
    }

    @Test func `there is another attempt only if its delay fits into the time that is left (conformance 67)`() {
        func delay(_ retry: Retry, attempt: Int = 1, timeLeft: Duration) -> Duration? {
            policy.delay(for: retry, afterAttempt: attempt, within: timeLeft, random: 0.5)
        }
        #expect(delay(.soon(retryAfter: nil), timeLeft: .milliseconds(1001)) == .seconds(1))
        #expect(delay(.soon(retryAfter: nil), timeLeft: .seconds(1)) == nil)
        #expect(delay(.soon(retryAfter: nil), attempt: 3, timeLeft: .seconds(3)) == nil)
        #expect(delay(.soon(retryAfter: .seconds(3)), timeLeft: .seconds(4)) == .milliseconds(3750))
        #expect(delay(.soon(retryAfter: .seconds(5)), timeLeft: .seconds(4)) == nil)
        #expect(delay(.later, timeLeft: .seconds(100)) == nil)
        #expect(delay(.never, timeLeft: .seconds(100)) == nil)
    }

    @Test func `a delay of more than an hour is taken for a mistake (conformance 60)`() {
        let retry = Retry.soon(retryAfter: .seconds(Int64.max))
        #expect(policy.delay(for: retry, afterFailures: 1, random: 0) == .seconds(3600))
        #expect(policy.delay(for: .later, afterFailures: 1, random: 0.5) == .seconds(1))
        #expect(policy.delay(for: .soon(retryAfter: .seconds(2)), afterFailures: 3, random: 0.5) == .seconds(4))
    }

    @Test(arguments: [429, 502, 503, 504])
    func `four statuses may be retried, as the receiver says (conformance 59, 60)`(status: Int) {
        #expect(Retry(status: status, retryAfter: .seconds(9)) == .soon(retryAfter: .seconds(9)))
    }

    @Test func `the lack of a response may be temporary, but not if it is too large (conformance 55, 61)`() {
        let kinds: KeyValuePairs<TransportError.Kind, Retry> = [
            .retryable: .soon(retryAfter: nil), .timedOut: .soon(retryAfter: nil), .permanent: .later,
            .cancelled: .later, .responseTooLarge: .never,
        ]
        for (kind, retry) in kinds { #expect(Retry(kind) == retry) }
    }
}
