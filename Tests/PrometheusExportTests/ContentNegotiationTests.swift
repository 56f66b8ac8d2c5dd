import Testing

@testable import PrometheusExport

@Suite struct ContentNegotiationTests {
    private static let text = "text/plain; version=0.0.4; charset=utf-8"
    private static let newText = "text/plain; version=1.0.0; charset=utf-8; escaping=underscores"
    private static let openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
    private static let oldOpenMetrics = "application/openmetrics-text; version=0.0.1; charset=utf-8"

    @Test(arguments: [
        (nil, text),
        ("", text),
        ("*/*", text),
        ("text/*;q=0.1", text),
        ("text/html, application/xhtml+xml, */*;q=0.8", text),
        ("application/json", text),
        ("text/plain", text),
        ("text/plain;version=1.0.0", newText),
        ("application/openmetrics-text", oldOpenMetrics),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", openMetrics),
        ("application/openmetrics-text; version=\"1.0.0\"", openMetrics),
        ("Application/OpenMetrics-Text;Version=1.0.0;Q=0.9 , text/plain;q=0.8", openMetrics),
        ("text/plain;q=0.5, application/openmetrics-text;version=1.0.0;q=0.75", openMetrics),
        ("text/plain;q=0.8, application/openmetrics-text;version=1.0.0;q=0.75", text),
        // The same weight: the first one.
        ("application/openmetrics-text;version=1.0.0,text/plain", openMetrics),
        ("text/plain,application/openmetrics-text;version=1.0.0", text),
        // A version from the future is not ours, and a weight of zero is a refusal.
        ("application/openmetrics-text;version=2.0.0,text/plain;q=0.1", text),
        ("application/openmetrics-text;version=1.0.0;q=0,*/*;q=0.1", text),
        // Malformed weights count for nothing.
        ("application/openmetrics-text;version=1.0.0;q=2,text/plain;q=0.1", text),
        ("application/openmetrics-text;version=1.0.0;q=high,text/plain;q=0.1", text),
        (";;, ,;q=1,text/plain;version", text),
    ])
    func `the format is the one that is wanted most`(accept: String?, contentType: String) {
        #expect(ExpositionFormat.wanted(by: accept).contentType == contentType)
    }

    @Test(arguments: [
        // Prometheus 3.5 and 2.42.
        """
        application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
        application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,\
        text/plain;version=0.0.4;q=0.2,*/*;q=0.1
        """,
        """
        application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
        text/plain;version=0.0.4;q=0.5,*/*;q=0.1
        """,
    ])
    func `Prometheus gets OpenMetrics`(accept: String) {
        #expect(ExpositionFormat.wanted(by: accept).contentType == Self.openMetrics)
    }

    @Test(arguments: [
        ("gzip", true), ("deflate, gzip;q=0.5", true), ("x-gzip", true), ("*", true), ("GZIP", true),
        ("", false), ("identity", false), ("br", false), ("gzip;q=0", false), ("*, gzip;q=0", false), ("*;q=0", false),
        ("gzip;q=0.1, identity;q=0.9", false), ("identity, gzip", true), ("identity;q=0.5, gzip;q=0.6", true),
        ("*;q=0.5, gzip;q=0.1", false), ("*;q=0.5, identity", false), ("gzip;q=0.1, identity;q=0", true),
    ])
    func `gzip is sent where it is taken, and nothing is wanted more`(field: String, isTaken: Bool) {
        #expect(AcceptList(field).prefersGzip == isTaken)
    }
}
