import BPF
import Glibc
import Metrics
import Testing

@testable import Probes
@testable import System

@Suite(.enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct LoopbackTrialTests {
    private func trial(_ options: TCPProbes.Options) throws -> LoopbackTrial {
        try LoopbackTrial(of: TCPProbes(options, start: Timestamp(unixNanoseconds: 1)))
    }

    @Test func `a connection is seen by the pass and by the tracepoint`() throws {
        let trial = try trial(.init(ports: [.local]))
        #expect(trial.results.first?.address == "127.0.0.1")
        #expect(trial.results.first?.result == .seen)
        // Its listener and both ends of the connection.
        #expect(trial.connectionCount >= 3)
        #expect(trial.passDuration > .zero)
    }

    @Test func `a connection in an overflow row does not count as seen`() throws {
        #expect(try trial(.init()).results.first?.result == .notCounted)
    }

    @Test func `programs are reported as they are loaded`() throws {
        var loaded: [LoadedProgram] = []
        let probes = try TCPProbes(.init(responseTime: true), start: Timestamp(unixNanoseconds: 1)) { loaded += $0 }
        #expect(Set(loaded.map(\.name)) == Set(probes.programs))
        #expect(loaded.contains { $0.name == "on_send_reset" && $0.hook == "tp_btf/tcp_send_reset" })
    }

    @Test func `a connection has a port of its own`() throws {
        let first = try LoopbackConnection(to: "127.0.0.1")
        let second = try LoopbackConnection(to: "127.0.0.1")
        let ports = [first.port, second.port]
        #expect(ports[0] != 0 && ports[0] != ports[1])
        // Addresses that no machine has.
        #expect(throws: SystemError.self) { _ = try LoopbackConnection(to: "192.0.2.1") }
    }
}
