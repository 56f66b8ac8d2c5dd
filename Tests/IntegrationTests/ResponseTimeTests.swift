import Foundation
import Testing

/// How long services take to answer, however they read and write.
extension TrafficIntegrationTests {
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ResponseTimeTests {
        /// Serves requests of each kind on ports of their own, 20 ms each.
        private static let script = """
            import os,socket,sys,threading,time
            N=int(sys.argv[1])
            def listen(port,kind):
                s=socket.socket(socket.AF_INET,socket.SOCK_STREAM,kind); s.setsockopt(1,2,1)
                s.bind(("127.0.0.1",port)); s.listen(); return s
            def recv(d): return d.recv(100)
            def peek(d):
                b=d.recv(100,socket.MSG_PEEK)
                return d.recv(100) if b else b
            def splice(d):
                r,w=os.pipe(); n=os.splice(d.fileno(),w,100); b=os.read(r,100) if n else b""
                os.close(r); os.close(w); return b
            def into(d):
                m=bytearray(100); n=d.recv_into(m); return bytes(m[:n])
            def read(d): return os.read(d.fileno(),100)
            def serve(s,how):
                while True:
                    d,_=s.accept()
                    while how(d): time.sleep(.02); d.send(b"answer")
                    d.close()
            def ask(port,kind):
                c=socket.socket(socket.AF_INET,socket.SOCK_STREAM,kind); c.connect(("127.0.0.1",port))
                for i in range(N):
                    c.send(b"question"); assert c.recv(100)==b"answer"; time.sleep(.005)
                c.close()
            M=262
            plans=[(7001,0,recv,0),(7002,0,splice,0),(7003,M,recv,M),(7004,M,recv,0),(7005,0,peek,0)]
            plans+=[(7006,0,read,0),(7007,0,into,0),(7008,M,read,M)]
            for port,kind,how,_ in plans:
                threading.Thread(target=serve,args=(listen(port,kind),how),daemon=True).start()
            asking=[threading.Thread(target=ask,args=(p,k)) for p,_,_,k in plans]
            for t in asking: t.start()
            for t in asking: t.join()
            print("asked",flush=True); time.sleep(600)
            """

        @Test func `requests are timed, however they are read`() throws {
            let traffic = try Traffic()
            let agent = try Agent(in: traffic, ["--response-time"])
            let file = FileManager.default.temporaryDirectory.appending(path: "serve-\(UUID().uuidString).py")
            try Data(Self.script.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let count = 20
            let path = file.path(percentEncoded: false)
            let python = try RunningProcess(["python3", path, "\(count)"], in: traffic)
            // It inherits a signal mask that blocks SIGTERM.
            defer { python.signal(SIGKILL) }
            _ = try eventually("the answers") {
                python.output.contains("asked") ? true : python.isRunning ? nil : false
            }
            #expect(python.error.isEmpty, "\(python.error)")
            let report = try agent.end()
            for port in 7001...7008 {
                let times = report.histogram("tcplens.response.duration", "network.local.port=\(port)")
                #expect(times?.count == count, "port \(port)")
                // The time from the last bytes read to the first written is the sleep, without the time before.
                #expect(
                    (times?.lower ?? 0) >= 0.015 && (times?.upper ?? 9) <= 0.5,
                    "port \(port): \(String(describing: times))"
                )
            }
            // No port of a client counts as a service.
            #expect(report.count("tcplens.response.duration") == 8)
        }
    }
}
