import Foundation

/// A `tcplens sink` on a free port, in the namespace of a test if there is one.
final class Sink {
    private let process: RunningProcess

    /// Its URL for metrics.
    let endpoint: String

    /// Starts a sink and waits until it listens.
    init(_ options: String..., in namespace: Traffic? = nil, environment: [String: String] = [:]) throws {
        let process = try RunningProcess(
            [Executable.tcplens, "sink", "--port", "0"] + options,
            in: namespace,
            environment: environment
        )
        endpoint = try eventually("the sink to listen") {
            process.error.firstMatch(of: /listening on (\S+)/).map { String($0.1) }
        }
        self.process = process
    }

    /// What it has printed so far.
    var output: String { process.output }

    /// What it has printed from an offset on, in bytes.
    func output(from offset: UInt64) throws -> Data { try process.output(from: offset) }

    /// Its standard error so far.
    var error: String { process.error }

    /// Its log.
    var log: String { process.error }

    /// Waits until it has printed this number of lines, each a request as JSON.
    func requests(_ count: Int) throws -> [NSDictionary] {
        let lines = try eventually("\(count) requests") {
            let lines = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            return lines.count >= count ? lines : nil
        }
        return try lines.map { line in
            guard let request = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? NSDictionary else {
                throw Timeout(description: "no object: \(line)")
            }
            return request
        }
    }

    /// Ends it and returns its exit status.
    func end(_ signal: Int32 = SIGTERM) -> Int32 {
        process.signal(signal)
        process.wait()
        return process.status
    }
}
