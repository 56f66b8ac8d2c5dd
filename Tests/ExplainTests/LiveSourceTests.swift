import Testing

@testable import Explain

/// How this machine is observed.
@Suite struct LiveSourceTests {
    @Test(
        arguments: [
            (.seconds(2), .milliseconds(200)), (.seconds(5), .milliseconds(500)), (.seconds(10), .seconds(1)),
            (.seconds(30), .seconds(1)), (.seconds(3600), .seconds(1)),
        ] as [(Duration, Duration)]
    )
    func `what lasts is looked at ten times, and each second if there is time`(length: Duration, interval: Duration) {
        #expect(LiveSource.interval(observing: length) == interval)
    }
}
