import CProbes
import Readings

@testable import Probes

extension FuzzTarget {
    /// Records of a ring buffer, as a program that is wrong might write them.
    static let ringRecord = FuzzTarget("ring-record", sizeLimit: 1024) { bytes in
        let size = MemoryLayout<trace_event>.size
        var events: [trace_event] = []
        for start in stride(from: 0, through: bytes.count - size, by: size) {
            var event = trace_event()
            unsafe withUnsafeMutableBytes(of: &event) { unsafe $0.copyBytes(from: bytes[start..<start + size]) }
            events.append(event)
        }
        var ports = LatePorts()
        let complete = ports.complete(events, isDrained: (bytes.last ?? 0) % 2 == 0) { event in
            event.cookie % 3 == 0 ? .gone : event.cookie % 3 == 1 ? .notYet : .port(UInt16(event.cookie % 65_536))
        }
        let rest = ports.finish()
        let count = complete.count + rest.count
        try expect(count == events.count, "of \(events.count) events there are \(count)")
        for event in complete + rest {
            let change = StateChange(event, zeroSinceEpoch: .max)
            _ = (change.oldState, change.newState, change.localAddress, change.peerAddress, change.role, change.error)
            _ = (change.end, change.heldNanoseconds)
            try expect(change.process?.command.count ?? 0 <= 16, "a name has at most 16 bytes")
        }
    }
}
