import Glibc
internal import System

/// The service manager that started this process, such as systemd; spoken to in the way of `sd_notify(3)`.
package struct ServiceManager: Sendable {
    /// The variable with the address of its socket.
    static let socketVariable = "NOTIFY_SOCKET"
    /// The variable with the time in microseconds after which it takes a silent process for dead.
    static let watchdogVariable = "WATCHDOG_USEC"
    /// The variable that says which process is meant by the time.
    static let watchdogProcessVariable = "WATCHDOG_PID"

    /// The time after which it takes a silent process for dead; nil if it does not watch.
    let watchdogLimit: Duration?
    /// What can't be followed, for the log.
    let warnings: [String]

    private let socket: UnixDatagramSocket?

    /// The manager that this process is to notify, by its environment; nil if there is no such manager.
    ///
    /// It is connected to at once, because the agent may open nothing later. The variables are removed.
    package static func ofThisProcess() -> ServiceManager? {
        let names = [socketVariable, watchdogVariable, watchdogProcessVariable]
        let environment = Environment.variables(names)
        Environment.remove(names)
        return ServiceManager(environment, process: getpid())
    }

    /// The manager of `process` by its `environment`; nil if there is no such manager.
    init?(_ environment: [String: String], process: Int32) {
        guard let address = environment[Self.socketVariable], !address.isEmpty else { return nil }
        var warnings: [String] = []
        do {
            socket = try UnixDatagramSocket(to: address)
        } catch {
            socket = nil
            warnings.append("the service manager is not notified of anything: \(error) (\(Self.socketVariable))")
        }
        let watched = environment[Self.watchdogProcessVariable]
        if let limit = environment[Self.watchdogVariable], watched == nil || watched == "\(process)" {
            watchdogLimit = Int64(limit).flatMap { $0 > 0 ? .microseconds($0) : nil }
            if watchdogLimit == nil {
                let mistake = "\(Self.watchdogVariable) is not a number of microseconds: \(limit.printable(limit: 40))"
                warnings.append("\(mistake); there is no watchdog")
            }
        } else {
            watchdogLimit = nil
        }
        self.warnings = warnings
    }

    /// Sends `state`.
    ///
    /// - Throws: ``SystemError`` if it can't be sent.
    func send(_ state: [ServiceState]) throws(SystemError) {
        try socket?.send(state.map(\.description).joined(separator: "\n"))
    }
}

/// An assignment of `sd_notify(3)`.
enum ServiceState: Equatable, CustomStringConvertible {
    /// The start or a reload is done.
    case ready
    /// A reload begins at this time of the monotonic clock.
    case reloading(microseconds: Int64)
    /// The end begins.
    case stopping
    /// A sign of life.
    case alive
    /// What the service does, in a line for people.
    case status(String)
    /// The present phase may take so much longer from now on.
    case extendTimeout(Duration)

    var description: String {
        switch self {
        case .ready: "READY=1"
        case .reloading(let microseconds): "RELOADING=1\nMONOTONIC_USEC=\(microseconds)"
        case .stopping: "STOPPING=1"
        case .alive: "WATCHDOG=1"
        case .status(let text): "STATUS=\(text.printable(limit: 500))"
        case .extendTimeout(let time): "EXTEND_TIMEOUT_USEC=\(time.wholeMilliseconds * 1000)"
        }
    }
}
