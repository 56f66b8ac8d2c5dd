import Glibc
import Testing

@testable import System

/// Connections from this process to itself.
enum LocalConnections {
    /// Both ends of `count` connections, which the caller ends by `end`; the listener is closed already.
    static func make(_ count: Int) throws -> [CInt] {
        let listener = try LoopbackSocket(family: AF_INET)
        try listener.bind(to: "127.0.0.1", port: 0)
        try #require(listen(listener.descriptor, CInt(count)) == 0)
        let port = try listener.port()
        var sockets: [CInt] = []
        for _ in 0..<count {
            let client = try LoopbackSocket(family: AF_INET)
            try client.connect(to: "127.0.0.1", port: port)
            sockets.append(client.copy())
            let server = LoopbackSocket(accepted: accept(listener.descriptor, nil, nil))
            sockets.append(server.copy())
        }
        try #require(sockets.allSatisfy { $0 >= 0 })
        return sockets
    }

    /// Ends the connections or listeners of `sockets`, and closes these.
    ///
    /// Closing alone would not do: a process that another test is starting right now has them, too.
    static func end(_ sockets: [CInt]) {
        for socket in sockets {
            shutdown(socket, CInt(SHUT_RDWR))
            close(socket)
        }
    }
}

extension LoopbackSocket {
    /// Another descriptor of the socket, which the caller closes, and which programs that are started don't get.
    func copy() -> CInt { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }
}
