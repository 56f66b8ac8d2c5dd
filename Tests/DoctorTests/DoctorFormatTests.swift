import Rendering
import Testing

@testable import Doctor

/// How checks are printed.
@Suite struct DoctorFormatTests {
    private let checks: [Check] = [
        .ok("kernel", "Linux 6.1.0, x86_64"),
        .warning("clock", "not synchronized", Check.Remedy("Keep it right", "sudo timedatectl set-ntp true")),
        .failed("endpoint name", "Could not resolve host: collector", Check.Remedy("Name one that is known here")),
    ]

    private func text(_ style: OutputStyle) -> String {
        let text = DoctorText(style: style)
        return checks.map(text.text).joined() + text.summary(of: checks)
    }

    @Test func `a line each, and below it what to do`() {
        let expected = """
            ✓ kernel: Linux 6.1.0, x86_64
            ! clock: not synchronized
              Keep it right
                sudo timedatectl set-ntp true
            ✗ endpoint name: Could not resolve host: collector
              Name one that is known here

            With these options 'tcplens run' would not work: one check failed, with one warning.

            """
        #expect(text(OutputStyle(isUnicode: true)) == expected)
    }

    @Test func `in ASCII where there is no more, and in colours where there are`() {
        #expect(text(OutputStyle()).hasPrefix("ok kernel: Linux 6.1.0, x86_64\n!! clock: not synchronized\n   Keep it"))
        let coloured = DoctorText(style: OutputStyle(isColoured: true, isUnicode: true))
        #expect(coloured.text(checks[2]).hasPrefix("\u{1b}[31m✗\u{1b}[0m endpoint name: Could"))
        #expect(coloured.text(checks[1]).contains("    \u{1b}[1msudo timedatectl set-ntp true\u{1b}[0m\n"))
    }

    @Test func `long lines break between words, and commands stay whole`() {
        let narrow = DoctorText(style: OutputStyle(columns: 24, isUnicode: true))
        let expected = """
            ✗ endpoint name: Could
              not resolve host:
              collector
              Name one that is known
              here

            """
        #expect(narrow.text(checks[2]) == expected)
        #expect(narrow.text(checks[1]).contains("\n    sudo timedatectl set-ntp true\n"))
    }

    @Test func `the last line counts`() {
        let text = DoctorText(style: OutputStyle())
        #expect(text.summary(of: Array(checks[..<1])) == "\nWith these options 'tcplens run' would work.\n")
        #expect(text.summary(of: Array(checks[..<2])).hasSuffix("would work, with one warning.\n"))
        #expect(text.summary(of: checks + checks).hasSuffix("would not work: 2 checks failed, with 2 warnings.\n"))
    }

    @Test func `programs get the same as an object`() throws {
        let expected = """
            {"checks":[{"found":"Linux 6.1.0, x86_64","name":"kernel","status":"ok"},\
            {"command":"sudo timedatectl set-ntp true","found":"not synchronized","name":"clock",\
            "remedy":"Keep it right","status":"warning"},\
            {"found":"Could not resolve host: collector","name":"endpoint name",\
            "remedy":"Name one that is known here","status":"failed"}],"ok":false}
            """
        #expect(try DoctorReport(checks).json() == expected)
        #expect(DoctorReport(Array(checks[..<2])).ok)
    }
}
