import Foundation
import Probes

/// Measures the agent's pass over the sockets of this network namespace, beside the kernel's iterator and `ss -Htan`.
///
/// Usage: walking [ROUNDS] [attribution]. All ways take turns. It prints one line of JSON: for each way the fastest and
/// the median nanoseconds, and for walks the sockets, the most calls of a pass and the longest call in microseconds.
@main enum Walking {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let rounds = max(arguments.first.flatMap { Int($0) } ?? 11, 1)
        let attributes = arguments.dropFirst().first == "attribution"
        let measurement = try PassMeasurement(attribution: attributes ? AttributionOptions() : nil)
        var samples: [String: [PassMeasurement.Sample]] = [:]
        // The first round is not counted: it begins to follow the sockets.
        for round in 0...rounds {
            for way in PassMeasurement.Way.allCases {
                let sample = try measurement.measure(way)
                if round > 0 { samples[way.rawValue, default: []].append(sample) }
            }
            if round > 0 { samples["ss", default: []].append(try ss()) }
        }
        print("{" + samples.sorted { $0.key < $1.key }.map { summary($0.key, $0.value) }.joined(separator: ",") + "}")
    }

    private static func summary(_ way: String, _ samples: [PassMeasurement.Sample]) -> String {
        let times = samples.map(\.nanoseconds).sorted()
        var text = #""\#(way)":{"min_ns":\#(times[0]),"median_ns":\#(times[times.count / 2])"#
        if let last = samples.last, last.sockets > 0 {
            let calls = samples.map(\.calls).max() ?? 0
            let longest = (samples.map(\.longestCall).max() ?? 0) / 1000
            text += #","sockets":\#(last.sockets),"calls":\#(calls),"longest_call_us":\#(longest)"#
        }
        return text + "}"
    }

    private static func ss() throws -> PassMeasurement.Sample {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["ss", "-Htan"]
        process.standardOutput = FileHandle.nullDevice
        let began = ContinuousClock.now
        try process.run()
        process.waitUntilExit()
        let spent = ContinuousClock.now - began
        return PassMeasurement.Sample(nanoseconds: UInt64(clamping: Int64(spent / .nanoseconds(1))))
    }
}
