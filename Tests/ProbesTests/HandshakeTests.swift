import CProbes
import Testing

/// The table that decides what is a failure.
///
/// The kernel runs the same function.
@Suite struct HandshakeTests {
    private static let errors: [(Int32, handshake_outcome)] = [
        (0, OTHER_FAILURE), (101, NET_UNREACHABLE), (104, RESET), (110, TIMED_OUT), (111, REFUSED),
        (113, HOST_UNREACHABLE), (99, ADDRESS_NOT_AVAILABLE), (12, OTHER_FAILURE),
    ]

    private func outcome(_ old: tcp_state, _ new: tcp_state, _ error: Int32, _ acknowledged: UInt64)
        -> handshake_outcome
    {
        handshake_outcome(Int32(old.rawValue), Int32(new.rawValue), error, acknowledged)
    }

    @Test func `a client that ends before it is connected failed, by its error`() {
        for (error, expected) in Self.errors {
            #expect(outcome(TCP_SYN_SENT, TCP_CLOSE, error, 0) == expected, "errno \(error)")
        }
    }

    @Test func `a server that ends before it is connected failed, unless its listener ended`() {
        for (error, expected) in Self.errors {
            #expect(outcome(TCP_SYN_RECV, TCP_CLOSE, error, 0) == (error == 0 ? NO_OUTCOME : expected))
        }
    }

    @Test func `reaching ESTABLISHED is success, whatever the error says`() {
        for (error, _) in Self.errors {
            #expect(outcome(TCP_SYN_SENT, TCP_ESTABLISHED, error, 0) == SUCCEEDED)
            #expect(outcome(TCP_SYN_RECV, TCP_ESTABLISHED, error, 5) == SUCCEEDED)
        }
    }

    @Test func `data that were acknowledged prove that it was connected`() {
        for (error, _) in Self.errors {
            #expect(outcome(TCP_SYN_RECV, TCP_CLOSE, error, 1) == NO_OUTCOME)
            #expect(outcome(TCP_SYN_SENT, TCP_CLOSE, error, 1) == NO_OUTCOME)
        }
    }

    @Test func `nothing else ends a handshake: no listener, no idle connection, no fork that closes`() {
        let states: [tcp_state] = (1...12).map { tcp_state(rawValue: $0) }
        for old in states where old != TCP_SYN_SENT && old != TCP_SYN_RECV {
            for new in states {
                for (error, _) in Self.errors {
                    #expect(outcome(old, new, error, 0) == NO_OUTCOME, "\(old.rawValue) to \(new.rawValue)")
                }
            }
        }
        for old in [TCP_SYN_SENT, TCP_SYN_RECV] {
            for new in states where new != TCP_ESTABLISHED && new != TCP_CLOSE {
                #expect(outcome(old, new, 111, 0) == NO_OUTCOME)
            }
        }
    }

    @Test func `rows of counters do not overlap`() {
        var rows: Set<UInt32> = []
        for role: UInt32 in 0..<2 {
            for type: UInt32 in 0..<2 {
                rows.insert(handshake_duration_index(role, type))
                rows.insert(connection_duration_index(role, type))
                rows.insert(rtt_index(role, type))
            }
        }
        for state: UInt32 in 0..<13 {
            rows.insert(state_duration_index(state))
        }
        #expect(rows.count == 12 + 13)
        #expect(rows.max() == 24)
    }
}
