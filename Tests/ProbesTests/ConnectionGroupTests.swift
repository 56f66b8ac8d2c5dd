import CProbes
import Glibc
import Readings
import Testing

@testable import BPF
@testable import Probes

/// Connections by port and container, and the overflow groups.
@Suite struct ConnectionGroupTests {
    @Test func `the rows of the maps are what Swift reads`() throws {
        let object = try Object(.groups)
        #expect(MemoryLayout<SocketCounts>.size == MemoryLayout<socket_counts>.size)
        for map in ["tcp_groups", "tcp_totals"] {
            #expect(object.layout(of: map)?.value == MemoryLayout<socket_counts>.stride)
        }
        #expect(object.layout(of: "tcp_groups")?.key == MemoryLayout<group_key>.stride)
        #expect(object.layout(of: "tcp_group_queues")?.key == MemoryLayout<listening_key>.stride)
        #expect(object.layout(of: "tcp_group_queues")?.value == MemoryLayout<listener_queues>.stride)
        let numbers = [BY_LOCAL_PORT, BY_PEER_PORT, BY_CONTAINER, BY_NAMESPACE].map(\.rawValue)
        #expect(ConnectionGrouping.allCases.map(\.rawValue) == numbers)
    }

    @Test func `a row is read by state and type`() {
        var row = SocketCounts(repeating: 0)
        row[Int(socket_count_index(IPV6.rawValue, TCP_TIME_WAIT.rawValue))] = 7
        row[Int(socket_count_index(IPV4.rawValue, TCP_LISTEN.rawValue))] = 3
        var counts = ConnectionCounts()
        counts.add(7, to: .init(.timeWait, .ipv6))
        counts.add(3, to: .init(.listen, .ipv4))
        #expect(ConnectionCounts(row) == counts)
    }

    @Test(.enabled(if: geteuid() == 0, "loading a BPF program needs root"), arguments: [false, true])
    func `every grouping adds up to all, with and without room for its groups`(iterates: Bool) throws {
        let listeners = (0..<9).map { _ in listener() }
        defer {
            for listener in listeners { close(listener.descriptor) }
        }
        for room: UInt32? in [nil, 6] {
            let groupings = Set(ConnectionGrouping.allCases)
            var options = ConnectionGroupProbe.Options(by: groupings, listeners: true)
            (options.room, options.iterates) = (room, iterates)
            let probe = try ConnectionGroupProbe(counting: options)
            // The second pass contains nothing from the first.
            for _ in 0..<2 {
                let found = try probe.count()
                #expect(found.all[.listen] >= 9)
                for grouping in groupings {
                    let sum = found[grouping].values.reduce(0) { $0 + $1.total }
                    #expect(sum == found.all.total, "by \(grouping) with room for \(room ?? 0)")
                }
                #expect(found.listeners.reduce(0) { $0 + $1.count } == found.all[.listen])
                let ports = listeners.filter { listener in
                    found.listeners.contains { $0.place?.port == listener.port }
                }
                #expect((ports.count == 9) == (room == nil))
                #expect((found[.localPort][.others] != nil) == (room != nil))
                #expect(found.listeners.contains { $0.place == nil } == (room != nil))
            }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "loading a BPF program needs root"))
    func `groupings that were not requested are not counted`() throws {
        let found = try ConnectionGroupProbe(.init(by: [.peerPort])).count()
        #expect(found.groups.keys.map(\.self) == [.peerPort])
        #expect(found.listeners.isEmpty)
    }

    /// A listener on a free port of loopback.
    private func listener() -> (descriptor: CInt, port: UInt16) {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        #expect(listen(descriptor, 8) == 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getsockname(descriptor, address, &length)
            }
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}
