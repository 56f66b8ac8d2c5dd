import Testing

@testable import Commands

/// How lengths of time are read.
@Suite struct DurationArgumentTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("10s", .seconds(10)), ("2m", .seconds(120)), ("1h", .seconds(3600)),
        ("1.5s", .milliseconds(1500)), ("7", .seconds(7)), ("0", .zero),
    ])
    func `a length of time is read as people write it`(text: String, duration: Duration) {
        #expect(DurationArgument(argument: text)?.duration == duration)
    }

    @Test(arguments: ["", "s", "soon", "-1s", "1d", "inf", "nan", "0x10", "1e3", "99999999999999h", "1.2.3s", " 1s"])
    func `what is no length of time is refused`(text: String) {
        #expect(DurationArgument(argument: text) == nil)
    }
}
