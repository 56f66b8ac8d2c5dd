import Testing

@testable import OTLPExport

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy()

    @Test(arguments: zip([1, 2, 3, 4, 5, 6, 100, .max], [1, 2, 4, 8, 10, 10, 10, 10]))
    func `the middle of a wait doubles up to the maximum (conformance 62)`(attempt: Int, seconds: Int) {
        #expect(policy.backoff(afterAttempt: attempt, random: 0.5) == .seconds(seconds))
    }

    @Test func `a wait is spread by chance over half of it to half more (conformance 61, 62)`() {
        #expect(policy.backoff(afterAttempt: 2, random: 0) == .seconds(1))
        #expect(policy.backoff(afterAttempt: 2, random: 0.75) == .milliseconds(2500))
        #expect(policy.backoff(afterAttempt: 2, random: 1) == .seconds(3))
    }

    @Test(arguments: [Int.min, -1, 0])
    func `an attempt number that makes no sense is taken as the first`(attempt: Int) {
        #expect(policy.backoff(afterAttempt: attempt, random: 0.5) == .seconds(1))
    }

    @Test func `what the receiver asks for only makes a wait longer (conformance 60, 62)`() {
        #expect(policy.wait(afterAttempt: 1, retryAfter: .seconds(7), random: 0.5) == .seconds(7))
        #expect(policy.wait(afterAttempt: 3, retryAfter: .seconds(1), random: 0.5) == .seconds(4))
        #expect(policy.wait(afterAttempt: 1, retryAfter: .zero, random: 0.5) == .seconds(1))
        #expect(policy.wait(afterAttempt: 1, retryAfter: nil, random: 0.5) == .seconds(1))
    }
}
