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
    private let pins: PinDirectory?

    /// So many processes may be at work; each process that blocks its reader keeps one.
    private static let limit = 32

    /// Creates the process's state.
    init(_ requests: MessageSocket, keeping capabilities: CapabilitySet, pins: PinDirectory?) {
        (self.requests, self.capabilities, self.pins) = (requests, capabilities, pins)
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
            try FileRules(
                readable: ["/proc", "/sys", Token.mount],
                changeable: Set([pins?.path].compactMap(\.self)),
                // For a map that is used again, older versions of libbpf open this directory.
                listable: pins == nil ? [] : ["/"]
            ).apply()
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
            guard let request = BrokerRequest(bytes), let answers = descriptors.first,
                descriptors.count == request.descriptorCount, running < Self.limit
            else {
                for descriptor in descriptors { close(descriptor) }
                continue
            }
            let child = CPlatform_fork()
            guard child != 0 else {
                // It ends with the broker, and the agent notices when the broker has ended.
                CPlatform_endWithParent()
                close(requests.descriptor)
                carryOut(request, MessageSocket(answers), descriptors.dropFirst().first)
                _exit(0)
            }
            running += child > 0 ? 1 : 0
            for descriptor in descriptors { close(descriptor) }
        }
    }

    private func carryOut(_ request: BrokerRequest, _ answers: MessageSocket, _ pinned: CInt?) {
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
        case .open(let pin):
            forgo([.sysPtrace])
            answerPin(answers) { pins throws(BPFError) in try pins.open(pin.name, of: pin.generation) }
        case .pin(let pin):
            forgo([.sysPtrace])
            answerPin(answers) { pins throws(BPFError) in
                guard let pinned else { return nil }
                try pins.pin(pinned, as: pin.name, of: pin.generation)
                return nil
            }
        case .removeGenerations(let kept):
            forgo([.sysPtrace])
            answerPin(answers) { pins throws(BPFError) in
                try pins.removeAll(but: kept)
                return nil
            }
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
            let loaded = try OwnLoader(pins: pins).load(options)
            let (object, links) = (loaded.object, loaded.object.linkDescriptors)
            let answer = LoadAnswer.loaded(
                loaded.facts,
                object.description,
                links: links.map(\.program),
                loaded.pinned
            )
            try? answers.send(BrokerMessage.bytes(of: answer), object.descriptors + links.map(\.descriptor))
        } catch {
            var error = error
            error.cause.log = String(error.cause.log.suffix(Self.longestLog))
            try? answers.send(BrokerMessage.bytes(of: LoadAnswer.refused(error)))
        }
    }

    /// The verifier may print megabytes; what it objects to stands at the end.
    private static let longestLog = 16 << 10

    /// Answers a request about what is pinned; `work` returns a descriptor for the answer.
    private func answerPin(_ answers: MessageSocket, _ work: (PinDirectory) throws(BPFError) -> CInt?) {
        // Nothing is pinned, so no agent asks.
        guard let pins else { return }
        do throws(BPFError) {
            let descriptor = try work(pins)
            try? answers.send(BrokerMessage.bytes(of: PinAnswer.done), [descriptor].compactMap(\.self))
        } catch {
            try? answers.send(BrokerMessage.bytes(of: PinAnswer.refused(error)))
        }
    }

    private func makeBlock(_ shape: CounterBlockShape, _ answers: MessageSocket) {
        do throws(BPFError) {
            let block = try OwnLoader().makeBlock(shape)
            try? answers.send(BrokerMessage.bytes(of: BlockAnswer.made), [block])
        } catch {
            try? answers.send(BrokerMessage.bytes(of: BlockAnswer.refused(error)))
        }
    }
}

extension BrokerRequest {
    /// How many descriptors come with it: the socket for the answer, and what is to be pinned.
    fileprivate var descriptorCount: Int {
        if case .pin = self { return 2 }
        return 1
    }
}

extension pollfd {
    /// Waits for something to read.
    fileprivate init(descriptor: CInt) {
        self.init(fd: descriptor, events: Int16(POLLIN), revents: 0)
    }
}
