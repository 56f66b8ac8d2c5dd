internal import BPF
internal import CProbes
public import Metrics

/// Counts changes of state as they happen, by a program on the tracepoint `inet_sock_set_state`.
public final class TransitionProbe {
    private let object: Object
    private let link: Link
    private let counters: Map<UInt32, UInt64>
    private let start: Timestamp

    /// Loads and attaches `bpf/state_transitions.bpf.c`.
    ///
    /// - Parameters:
    ///   - scope: Whose connections to observe.
    ///   - start: When counting began; what the points give as their start.
    /// - Throws: ``ProbeError`` when the kernel refuses.
    public init(scope: ObservationScope, start: Timestamp) throws(ProbeError) {
        do throws(BPFError) {
            let object = try Object(.stateTransitions)
            try object.setConstant("observed_netns", to: scope.namespace())
            try object.load()
            counters = try object.map("tcp_transitions")
            link = try object.attach("count_transition")
            self.object = object
            self.start = start
        } catch {
            throw ProbeError(error)
        }
    }

    /// How often each transition has happened since the probe was made.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    public func count() throws(ProbeError) -> TransitionCounts {
        do throws(BPFError) {
            let count = NetworkType.allCases.count * Int(TCP_STATE_COUNT * TCP_STATE_COUNT)
            return TransitionCounts(kernel: try counters.perCPUSums(count: count))
        } catch {
            throw ProbeError(error)
        }
    }
}

extension TransitionProbe: MetricProducer {
    /// `tcplens.connection.transitions`.
    public func metrics(at time: Timestamp) throws -> [Metric] {
        [try count().metric(start: start, time: time)]
    }
}
