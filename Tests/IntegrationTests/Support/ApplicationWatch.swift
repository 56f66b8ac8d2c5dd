import Foundation
import TestSupport

/// An agent that asks the applications in cgroups which service they are, and what it exports of them.
final class ApplicationWatch {
    let traffic: Traffic
    let tree: ControlGroupTree
    let sink: Sink
    let agent: RunningProcess
    private var port = 7000
    private var requests: [[[String: String]]] = []
    private var offset: UInt64 = 0

    /// Starts an agent without applications, and waits for its first request.
    ///
    /// `wrapper` is a command that runs the command that follows it.
    init(_ options: String..., interval: String = "300ms", wrapper: [String] = []) throws {
        (traffic, tree) = (try Traffic(), try ControlGroupTree())
        sink = try Sink("--format", "json", in: traffic)
        agent = try RunningProcess(
            wrapper + [Executable.tcplens, "run", "--attribution", "workload", "--interval", interval] + options,
            in: traffic,
            environment: ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": sink.endpoint]
        )
        _ = try sink.requests(1)
    }

    /// The path of a cgroup for a container, of a pod if one is given.
    static func container(in pod: String? = nil) -> String {
        let id = ContainerNames.id()
        return pod.map { "/kubepods/burstable/pod\($0)/\(id)" } ?? "/system.slice/docker-\(id).scope"
    }

    /// Starts an application in a cgroup, with connections and with these variables in its environment.
    ///
    /// It continues as the user with the number `user`.
    func start(at path: String, _ environment: [String: String] = [:], user: Int = 0) throws -> Publisher {
        try tree.make(path)
        port += 1
        let enter = ["nsenter", "--net=/proc/\(traffic.processIdentifier)/ns/net"]
        let move = ["sh", "-c", "echo $$ >\(tree.directory(path))/cgroup.procs && exec \"$@\"", "sh"]
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scenarios/applications.py").path(percentEncoded: false)
        return try Publisher(environment: environment, in: enter + move, script: script, "\(port)", "\(user)")
    }

    /// The attributes of the resources of all requests so far: the host's first, the agent's own last.
    func history() throws -> [[[String: String]]] {
        let data = try sink.output(from: offset)
        // The last line may be incomplete.
        guard let end = data.range(of: Data("\n".utf8), options: .backwards)?.upperBound else { return requests }
        offset += UInt64(end - data.startIndex)
        for line in String(decoding: data[..<end], as: UTF8.self).components(separatedBy: "\n") where !line.isEmpty {
            guard let request = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? NSDictionary else {
                throw Timeout(description: "no object: \(line.prefix(100))")
            }
            requests.append(ExportedResource.attributes(in: request))
        }
        return requests
    }

    /// The attributes of the resources of the last request.
    func resources() throws -> [[String: String]] { try history().last ?? [] }

    /// Waits for further requests; of two, the second was begun after the call.
    func waitForRequests(_ count: Int = 2) throws {
        let before = try history().count
        _ = try eventually("\(count) requests", within: .seconds(120)) {
            if !agent.isRunning { throw Timeout(description: "the agent ended: \(agent.error)") }
            Thread.sleep(forTimeInterval: 0.1)
            return try history().count >= before + count ? true : nil
        }
    }

    /// Waits until the resource of the container at `path` has these attributes, and returns it.
    func wait(for path: String, _ attributes: [String: String]) throws -> [String: String] {
        let id = path.matches(of: /[0-9a-f]{64}/).last.map { String($0.0) } ?? path
        var last: [String: String] = [:]
        do {
            return try eventually("\(attributes)") {
                Thread.sleep(forTimeInterval: 0.1)
                last = try resources().first { $0["container.id"] == id } ?? [:]
                return attributes.allSatisfy { last[$0.key] == $0.value } ? last : nil
            }
        } catch let timeout as Timeout {
            throw Timeout(description: "\(timeout): it is \(last); \(agent.error)")
        }
    }

    /// The lines of the agent's log that contain a text, without their times.
    func lines(_ text: String) -> [String] {
        agent.error.split(separator: "\n").filter { $0.contains(text) }.map { line in
            line.firstRange(of: "[TCPLens] ").map { String(line[$0.upperBound...]) } ?? String(line)
        }
    }

    /// What it has to say of containers.
    var notices: [String] {
        lines(" notice ").filter { $0.contains("container ") }
    }

    /// Its resident memory, in KiB.
    func residentMemory() throws -> Int {
        try agent.residentMemory()
    }

    /// Ends the agent, and returns its exit status.
    func end() -> Int32 {
        agent.signal(SIGTERM)
        agent.wait()
        return agent.status
    }
}

extension [String: String] {
    /// What identifies the service of a resource among all others, in the form of Prometheus' `job` and `instance`.
    var identity: String {
        let namespace = self["service.namespace"].map { "\($0)/" } ?? ""
        return "\(namespace)\(self["service.name"] ?? "") \(self["service.instance.id"] ?? "")"
    }
}
