import Foundation

/// The answer to a request from the namespace of a test.
struct WebAnswer {
    /// The status; 0 if there was no answer.
    var status: Int
    /// The body.
    var body: String
}

/// Gets `url` by curl, in the namespace of `namespace`.
func get(_ url: String, in namespace: Traffic, _ options: String...) throws -> WebAnswer {
    let curl = ["curl", "--silent", "--max-time", "20", "--write-out", "\n%{http_code}"]
    let result = try run(curl + options + [url], in: namespace)
    let end = result.output.lastIndex(of: "\n") ?? result.output.startIndex
    return WebAnswer(
        status: Int(result.output[end...].dropFirst()) ?? 0,
        body: String(result.output[..<end])
    )
}
