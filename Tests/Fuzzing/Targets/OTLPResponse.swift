@testable import OTLP
@testable import OTLPExport

extension FuzzTarget {
    /// The answer of an OTLP receiver: whatever it is, what is shown of it is short and printable.
    static let otlpResponse = FuzzTarget("otlp-response") { bytes in
        guard let first = bytes.first, bytes.count > 1 else { return }
        let statuses = [200, 400, 413, 429, 500, 503]
        let types = ["application/x-protobuf", "text/plain; charset=utf-8", nil, "Application/Protobuf ;"]
        let response = HTTPClient.Response(
            status: statuses[Int(first) % statuses.count],
            contentType: types[Int(first) / 8 % types.count],
            body: Array(bytes.dropFirst())
        )
        switch ResponseClassification(response) {
        case .success(_, let warning): try check(warning ?? "")
        case .partialSuccess(_, let rejected, let message):
            try expect(rejected > 0, "\(rejected) points are rejected")
            try check(message)
        case .failure(let problem, _): try check(problem.reason)
        }
    }

    private static func check(_ text: String) throws {
        try expect(text.utf8.count < 2048, "a message of \(text.utf8.count) bytes is logged")
        let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
        try expect(isPrintable, "a message with control characters is logged")
    }
}
