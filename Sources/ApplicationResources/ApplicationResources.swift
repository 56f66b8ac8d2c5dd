/// Finds out which services the applications in the workloads are, and gives each workload its resource.
///
/// An application says it in a process context or in its environment (``ServiceSource``); otherwise the workload's own
/// name is used. So the metrics of its sockets have the same `service.…` attributes as those that it sends itself. No
/// two workloads have the same identity (``IdentityClaims``), and an application can only change its own resource.
///
/// It remembers what the processes said, and reads one again when it is new, when the time of its context has changed,
/// or from time to time. Use it on one thread.
package struct ApplicationResources {
    /// What it is set to.
    package struct Settings {
        /// Whether applications are asked at all (`--application-resource`).
        package var isOn: Bool
        /// What distinguishes this host from others, such as its `host.id`; part of derived instances.
        package var host: [String]
        /// The identities of the agent, which no workload can have.
        package var reserved: Set<ServiceIdentity>

        /// Creates settings.
        package init(isOn: Bool = true, host: [String], reserved: Set<ServiceIdentity> = []) {
            (self.isOn, self.host, self.reserved) = (isOn, host, reserved)
        }
    }

    /// What a collection found.
    package struct Findings {
        /// The resource of each workload, by its id.
        package var resources: [UInt64: WorkloadResource] = [:]
        /// Lines for the log, each of which is said once for a workload.
        package var notices: [String] = []
    }

    /// What is known of a workload.
    private struct Known {
        var processes = WorkloadProcesses()
        var agreement = Agreement([])
        var said: Set<String> = []
        var collections = 0
    }

    /// How many lines there can be about a workload: an application could find new reasons for ever.
    private static let maximumLines = 16
    /// How many collections a workload is provisional at most because processes were not read.
    private static let provisionalCollections = 3

    private let settings: Settings
    private var claims: IdentityClaims
    private var known: [UInt64: Known] = [:]
    private var thread: ReadingThread
    private var turn = 0
    private var saidInGeneral: Set<String> = []
    private var endedRefusals = RefusalCounts()

    /// Creates an empty value.
    ///
    /// - Parameters:
    ///   - settings: What it is set to.
    ///   - reader: Reads the processes; nil if this process has the right to do that itself.
    package init(_ settings: Settings, reader: (any ProcessReader)? = nil) {
        self.settings = settings
        thread = ReadingThread(reader)
        claims = IdentityClaims(reserved: settings.reserved)
    }

    /// How often something was not taken, since the beginning.
    package var refusals: RefusalCounts {
        known.values.reduce(into: endedRefusals) { $0.add($1.processes.refusals) }
    }

    /// Finds the resources of `workloads`: of all that are part of a collection, except the host.
    ///
    /// - Parameters:
    ///   - workloads: The workloads.
    ///   - now: The time, which decides what is read again.
    ///   - budget: How long processes are read, while the caller waits. What is left is read at the next collection. If
    ///     a process blocks its reader, the call takes up to half a second longer, once for each workload.
    /// - Returns: The resources, and what there is to say about them.
    package mutating func update(
        _ workloads: [ObservedWorkload],
        at now: ContinuousClock.Instant = .now,
        within budget: Duration = .milliseconds(250)
    ) -> Findings {
        forget(allBut: Set(workloads.lazy.map(\.id)))
        for workload in workloads where known[workload.id] == nil {
            known[workload.id] = Known()
        }
        if settings.isOn {
            read(workloads.filter { !$0.hasEnded }, at: now, within: budget)
        }
        var findings = Findings()
        let candidates = workloads.map { Candidate($0, agreement(of: $0), settings.host) }
        let decisions = claims.decide(
            zip(workloads, candidates).map { $1.claim(of: $0, known[$0.id]?.processes, settings.host) }
        )
        let names = Dictionary(workloads.map { ($0.id, $0.name) }) { first, _ in first }
        for (workload, candidate) in zip(workloads, candidates) {
            guard let decision = decisions[workload.id] else { continue }
            let isIncomplete = isIncomplete(workload.id)
            findings.resources[workload.id] = candidate.resource(of: workload, decision, isIncomplete: isIncomplete)
            let lines = Notices.lines(
                about: workload,
                candidate,
                decision,
                holder: decision.holder.flatMap { names[$0] },
                refusals: known[workload.id]?.processes.refusals ?? RefusalCounts()
            )
            findings.notices += unsaid(lines, about: workload.id)
            known[workload.id]?.collections += 1
        }
        let isDenied = known.values.contains { $0.processes.refusals[.noAccess] > 0 }
        for (line, isTrue) in [(Notices.exhausted, thread.isExhausted), (Notices.denied, isDenied)] where isTrue {
            if saidInGeneral.insert(line).inserted {
                findings.notices.append(line)
            }
        }
        return findings
    }
}

extension ApplicationResources {
    private mutating func forget(allBut present: Set<UInt64>) {
        for (id, workload) in known where !present.contains(id) {
            endedRefusals.add(workload.processes.refusals)
            known[id] = nil
        }
    }

    /// Those of `lines` that were not said before.
    private mutating func unsaid(_ lines: [String], about workload: UInt64) -> [String] {
        lines.filter { line in
            guard known[workload]?.said.count ?? 0 < Self.maximumLines else { return false }
            return known[workload]?.said.insert(line).inserted == true
        }
    }

    private func isIncomplete(_ workload: UInt64) -> Bool {
        guard settings.isOn, !thread.isExhausted, let known = known[workload] else { return false }
        return known.processes.isIncomplete && known.collections < Self.provisionalCollections
    }

    private func agreement(of workload: ObservedWorkload) -> Agreement {
        known[workload.id]?.agreement ?? Agreement([])
    }

    /// Reads the processes of `workloads`, of each in turn one, so that none can take the time of all others.
    private mutating func read(
        _ workloads: [ObservedWorkload],
        at now: ContinuousClock.Instant,
        within budget: Duration
    ) {
        var requests: [(workload: UInt64, requests: [ProcessReading.Request])] = []
        for workload in workloads {
            let wanted = known[workload.id]?.processes.requests(for: workload.processes(), at: now) ?? []
            requests.append((workload.id, wanted))
        }
        if !requests.isEmpty {
            // Each time another one is first.
            turn = (turn + 1) % requests.count
            requests = Array(requests[turn...] + requests[..<turn])
        }
        let rounds = requests.lazy.map(\.requests.count).max() ?? 0
        let order = (0..<rounds).flatMap { round in
            requests.compactMap { workload, requests in
                round < requests.count ? (workload: workload, request: requests[round]) : nil
            }
        }
        let outcome = thread.carryOut(order.map(\.request), within: budget)
        for (index, answer) in outcome.answers {
            let (workload, request) = order[index]
            known[workload]?.processes.take(answer, about: request.process, at: now)
        }
        if let index = outcome.blocking {
            known[order[index].workload]?.processes.block()
        }
        for workload in workloads {
            // While not all have been read, what was known stays.
            guard let processes = known[workload.id]?.processes else { continue }
            known[workload.id]?.agreement = Agreement(processes.statements)
        }
    }
}
