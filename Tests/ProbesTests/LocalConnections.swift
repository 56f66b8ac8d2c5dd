import Glibc
import Testing

@testable import System

/// Connections from this process to itself.
enum LocalConnections {
    /// Both ends of `count` connections, which the caller closes; the listener is closed already.
    static func make(_ count: Int) throws -> [CInt] {
        let listener = try LoopbackSocket(family: AF_INET)
        try listener.bind(to: "127.0.0.1", port: 0)
        try #require(listen(listener.descriptor, CInt(count)) == 0)
        let port = try listener.port()
        var sockets: [CInt] = []
        for _ in 0..<count {
            let client = try LoopbackSocket(family: AF_INET)
            try client.connect(to: "127.0.0.1", port: port)
            sockets.append(dup(client.descriptor))
            sockets.append(accept(listener.descriptor, nil, nil))
        }
        try #require(sockets.allSatisfy { $0 >= 0 })
        return sockets
    }
}
