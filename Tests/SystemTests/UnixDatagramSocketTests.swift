import Foundation
import System
import TestSupport
import Testing

@Suite struct UnixDatagramSocketTests {
    @Test func `a datagram arrives as it is sent, by path and by abstract name`() throws {
        let path = "\(NSTemporaryDirectory())/tcplens-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: path) }
        for receiver in [try DatagramReceiver(path), try DatagramReceiver()] {
            let socket = try UnixDatagramSocket(to: receiver.address)
            try socket.send("READY=1\nSTATUS=ü")
            try socket.send("WATCHDOG=1")
            #expect(receiver.taken() == ["READY=1\nSTATUS=ü", "WATCHDOG=1"])
        }
    }

    @Test func `it needs no path once it is connected`() throws {
        let path = "\(NSTemporaryDirectory())/tcplens-\(UUID().uuidString.prefix(8))"
        let receiver = try DatagramReceiver(path)
        let socket = try UnixDatagramSocket(to: path)
        try FileManager.default.removeItem(atPath: path)
        try socket.send("x")
        #expect(receiver.taken() == ["x"])
    }

    @Test(arguments: [
        ("/nowhere/notify", ENOENT), ("relative", EAFNOSUPPORT), ("vsock:2:1", EAFNOSUPPORT), ("", EAFNOSUPPORT),
        ("@", ENAMETOOLONG), ("/" + String(repeating: "x", count: 107), ENAMETOOLONG), ("@nobody", ECONNREFUSED),
    ])
    func `an address where nobody can be is an error`(address: String, code: Int32) {
        let error = #expect(throws: SystemError.self) { try UnixDatagramSocket(to: address) }
        #expect(error?.code == code)
        #expect(error?.description.contains("connect to the socket \(address)") == true)
    }

    @Test func `the longest abstract name works`() throws {
        let name = "@" + UUID().uuidString + String(repeating: "x", count: 107 - 36)
        let receiver = try DatagramReceiver(name)
        try UnixDatagramSocket(to: name).send("x")
        #expect(receiver.taken() == ["x"])
    }

    @Test func `a receiver that has gone, or does not read, is an error soon`() throws {
        var receiver: DatagramReceiver? = try DatagramReceiver()
        let socket = try UnixDatagramSocket(to: try #require(receiver?.address))
        let clock = ContinuousClock()
        let start = clock.now
        let full = #expect(throws: SystemError.self) { for _ in 0..<10_000 { try socket.send("x") } }
        #expect(full?.code == EAGAIN)
        #expect(clock.now - start < .seconds(20))
        receiver = nil
        let gone = #expect(throws: SystemError.self) { try socket.send("x") }
        #expect(gone?.code == ECONNREFUSED)
    }
}
