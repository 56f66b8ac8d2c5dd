internal import ApplicationResources
internal import BPF
internal import CPlatform
internal import Confinement
internal import Glibc
internal import Probes
internal import System

/// The broker's own side: it waits for requests, and forks a process for each.
///
/// What a request takes is gone with its process: libbpf's memory, which is much, and a process that blocks its reader.
/// None of it ever has a second thread, so that it can be forked.
struct BrokerProcess {
    private let requests: MessageSocket
    private let capabilities: CapabilitySet

    /// So many processes may be at work; each process that blocks its reader keeps one.
    private static let limit = 32

    /// Creates the process's state.
    init(_ requests: MessageSocket, keeping capabilities: CapabilitySet) {
        (self.requests, self.capabilities) = (requests, capabilities)
    }

    /// Confines the process, and serves until the agent has ended.
    func run(_ parts: Set<ConfinementPart>) -> Never {
        unsafe CPlatform_settle(Broker.processName, requests.descriptor)
        do throws(SystemError) {
            try confine(parts)
            try requests.send(BrokerMessage.bytes(of: BrokerGreeting()))
        } catch {
            try? requests.send(BrokerMessage.bytes(of: BrokerGreeting(failure: error.description)))
            _exit(1)
        }
        serve()
        _exit(0)
    }

    private func confine(_ parts: Set<ConfinementPart>) throws(SystemError) {
        if parts.contains(.capabilities) { try capabilities.keepOnly() }
        if parts.contains(.noNewPrivileges) { try SystemCalls.forgoPrivileges() }
        // A process under Landlock can't read the memory of one that is not, whatever capabilities it has.
        if parts.contains(.landlock), FileRules.version > 0, !capabilities.contains(.sysPtrace) {
            try FileRules(readable: ["/proc", "/sys", Token.mount]).apply()
        }
        if parts.contains(.seccomp), SystemCalls.canBeLimited { try SystemCalls.limitToLoading() }
    }

    private func serve() {
        var running = 0
        while true {
            // Those that have ended are waited for, so that nothing is left of them.
            while running > 0, waitpid(-1, nil, WNOHANG) > 0 { running -= 1 }
            var event = pollfd(descriptor: requests.descriptor)
            guard unsafe poll(&event, 1, running > 0 ? 100 : -1) > 0 else { continue }
            guard let (bytes, descriptors) = try? requests.receive() else { return }
            guard let request = BrokerRequest(bytes), let answers = descriptors.first, descriptors.count == 1,
                running < Self.limit
            else {
                for descriptor in descriptors { close(descriptor) }
                continue
            }
            let child = CPlatform_fork()
            guard child != 0 else {
                // It ends with the broker, and the agent notices when the broker has ended.
                CPlatform_endWithParent()
                close(requests.descriptor)
                carryOut(request, MessageSocket(answers))
                _exit(0)
            }
            running += child > 0 ? 1 : 0
            close(answers)
        }
    }

    private func carryOut(_ request: BrokerRequest, _ answers: MessageSocket) {
        switch request {
        // Whoever takes over the agent can ask for anything.
        case .load(let options) where !options.isExpected:
            return
        case .block(let shape) where !shape.isExpected:
            return
        case .load(let options):
            forgo([.sysPtrace])
            load(options, answers)
        case .block(let shape):
            forgo([.sysPtrace])
            makeBlock(shape, answers)
        case .processes(let request):
            forgo([.bpf, .perfmon, .sysAdmin, .sysResource])
            try? answers.send(BrokerMessage.bytes(of: getpid()))
            ProcessReadingService.carryOut(request) { bytes in (try? answers.send(bytes)) != nil }
        }
    }

    /// Gives up what a request does not need.
    private func forgo(_ unneeded: [Capability]) {
        let rest = capabilities.bits & ~CapabilitySet(unneeded).bits
        try? CapabilitySet(bits: rest).reduce()
    }

    private func load(_ options: AgentObjectOptions, _ answers: MessageSocket) {
        do throws(ProbeError) {
            let loaded = try OwnLoader().load(options)
            let answer = LoadAnswer.loaded(loaded.facts, loaded.object.description)
            try? answers.send(BrokerMessage.bytes(of: answer), loaded.object.descriptors)
        } catch {
            var error = error
            error.cause.log = String(error.cause.log.suffix(Self.longestLog))
            try? answers.send(BrokerMessage.bytes(of: LoadAnswer.refused(error)))
        }
    }

    /// The verifier may print megabytes; what it objects to stands at the end.
    private static let longestLog = 16 << 10

    private func makeBlock(_ shape: CounterBlockShape, _ answers: MessageSocket) {
        do throws(BPFError) {
            let block = try OwnLoader().makeBlock(shape)
            try? answers.send(BrokerMessage.bytes(of: BlockAnswer.made), [block])
        } catch {
            try? answers.send(BrokerMessage.bytes(of: BlockAnswer.refused(error)))
        }
    }
}

extension pollfd {
    /// Waits for something to read.
    fileprivate init(descriptor: CInt) {
        self.init(fd: descriptor, events: Int16(POLLIN), revents: 0)
    }
}
