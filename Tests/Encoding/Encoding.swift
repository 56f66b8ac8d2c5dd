import ArgumentParser
import Foundation
import Glibc
import Metrics
import OTLP

/// Measures how long it takes to encode a request of 2200 points, as the encoders of OpenTelemetry's SDKs are measured.
///
/// It prints a line of JSON for each way: nanoseconds of CPU for a point (the least and the median of all rounds), the
/// size of the bytes, and their SHA-256. The bytes of the first collection are the same in all programs that encode it.
@main struct Encoding: ParsableCommand {
    /// A way from metrics to bytes.
    enum Way: String, CaseIterable, ExpressibleByArgument {
        /// The attributes of a series are encoded once and kept.
        case kept
        /// protobuf-c encodes everything each time.
        case plain

        /// Encodes a request.
        func encode(_ metrics: [ResourceMetrics], into buffer: inout [UInt8]) {
            switch self {
            case .kept: MeasuredRequest(metrics).write(to: &buffer)
            case .plain: buffer = ExportRequest.pack(metrics)
            }
        }
    }

    @Option(help: "The ways to measure, in turn.")
    var way = Way.allCases

    @Option(help: "How many rounds.")
    var rounds = 101

    @Option(help: "How many requests in a round.")
    var requests = 4

    @Option(help: "A file for the bytes of the first collection.")
    var output: String?

    func run() throws {
        let workload = WorkloadW()
        for way in way {
            var first: [UInt8] = []
            way.encode(workload.metrics(1), into: &first)
            var buffer: [UInt8] = []
            var times: [Double] = []
            var number = 1
            for _ in 0..<rounds {
                // What an SDK is given ready, too.
                let metrics = (0..<requests).map { _ in
                    number += 1
                    return workload.metrics(number)
                }
                let points = metrics.reduce(0) { $0 + $1.pointCount }
                let before = Self.processorTime
                var size = 0
                for metrics in metrics {
                    way.encode(metrics, into: &buffer)
                    size += buffer.count
                }
                let spent = Self.processorTime - before
                guard size == requests * first.count else { throw ExitCode.failure }
                times.append(Double(spent) / Double(points))
            }
            times.sort()
            print(
                #"{"way":"\#(way.rawValue)","points":\#(workload.metrics(1).pointCount),"#
                    + #""ns_least":\#(Self.text(times.first)),"ns_median":\#(Self.text(times[times.count / 2])),"#
                    + #""bytes":\#(first.count),"sha256":"\#(SHA256.hexadecimal(first))"}"#
            )
            if let output { try Data(first).write(to: URL(filePath: output)) }
        }
    }

    private static func text(_ number: Double?) -> String {
        number.map { "\(($0 * 10).rounded() / 10)" } ?? "null"
    }

    /// The nanoseconds that all threads of the process have used.
    private static var processorTime: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
