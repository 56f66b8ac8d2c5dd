package import ApplicationResources
package import BPF
internal import CPlatform
package import Confinement
internal import Glibc
package import Probes
package import System

/// A process that keeps the privileges which the agent gives up, and does for it the few things that take them.
///
/// It loads the agent's own programs, makes blocks of counters, and reads what processes say of themselves; nothing
/// else, whoever asks. It has no network and reads nothing that comes from there. It ends with the agent.
package final class Broker: AgentLoader, ProcessReader {
    /// The name of the process.
    package static let processName = "tcplens-broker"

    private let socket: MessageSocket
    /// What it keeps.
    package let capabilities: CapabilitySet
    private let isPinning: Bool

    private init(_ socket: MessageSocket, _ capabilities: CapabilitySet, isPinning: Bool) {
        (self.socket, self.capabilities, self.isPinning) = (socket, capabilities, isPinning)
    }

    /// Starts the process, as a copy of this one, which must not have other threads yet.
    ///
    /// - Parameters:
    ///   - parts: What it gives up as the agent does.
    ///   - capabilities: What it keeps, of what this process has.
    ///   - pins: Where it pins programs and maps; nil for nowhere.
    /// - Returns: The agent's side of it.
    /// - Throws: ``SystemError`` when the kernel refuses.
    package static func start(
        _ parts: Set<ConfinementPart>,
        keeping capabilities: CapabilitySet,
        pins: PinDirectory? = nil
    ) throws(SystemError) -> Broker {
        let (ours, theirs) = try MessageSocket.pair()
        let child = CPlatform_fork()
        guard child >= 0 else { throw SystemError(operation: "start a process", code: errno) }
        guard child > 0 else {
            BrokerProcess(theirs, keeping: capabilities, pins: pins).run(parts)
        }
        let broker = Broker(ours, capabilities, isPinning: pins != nil)
        try broker.expectGreeting()
        return broker
    }

    private func expectGreeting() throws(SystemError) {
        guard let bytes = try socket.receive()?.bytes,
            let greeting = BrokerMessage.value(BrokerGreeting.self, of: bytes)
        else { throw Self.gone }
        if let failure = greeting.failure {
            throw SystemError(operation: "confine \(Self.processName): \(failure)", code: EPERM)
        }
    }

    private static let gone = SystemError(operation: "reach the process \(processName), which has ended", code: EPIPE)

    /// Sends a request.
    ///
    /// - Returns: The end of the socket on which the answer arrives.
    private func send(_ request: BrokerRequest, _ descriptors: [CInt] = []) throws(SystemError) -> MessageSocket {
        let (ours, theirs) = try MessageSocket.pair()
        try socket.send(request.bytes, [theirs.descriptor] + descriptors)
        return ours
    }

    private func answer<Answer: Decodable>(
        _ type: Answer.Type,
        to request: BrokerRequest,
        _ sent: [CInt] = []
    ) throws(SystemError) -> (answer: Answer, descriptors: [CInt]) {
        guard let (bytes, descriptors) = try send(request, sent).receive() else { throw Self.gone }
        guard let answer = BrokerMessage.value(type, of: bytes) else {
            for descriptor in descriptors { close(descriptor) }
            throw SystemError(operation: "understand the answer of \(Self.processName)", code: EBADMSG)
        }
        return (answer, descriptors)
    }

    /// Loads the agent's object in that process.
    package func load(_ options: AgentObjectOptions) throws(ProbeError) -> LoadedAgent {
        let answer: (answer: LoadAnswer, descriptors: [CInt])
        do throws(SystemError) {
            answer = try self.answer(LoadAnswer.self, to: .load(options))
        } catch {
            throw ProbeError(BPFError(operation: "load programs", code: error.code), reason: .other(words: Self.help))
        }
        switch answer.answer {
        case .refused(let error):
            throw error
        case .loaded(let facts, let description, let links, let pinned):
            let own = Array(answer.descriptors.prefix(description.descriptorCount))
            let others = zip(links, answer.descriptors.dropFirst(description.descriptorCount))
            let object = LoadedObject(description, own, links: Dictionary(others) { first, _ in first })
            guard description.descriptorCount + links.count == answer.descriptors.count else {
                throw ProbeError(
                    BPFError(operation: "take over what was loaded", code: EMFILE),
                    reason: .other(words: "this process has too many open files")
                )
            }
            return LoadedAgent(facts, object, pinned)
        }
    }

    private static let help = "the process \(processName), which keeps the privileges, has ended; restart the agent"

    /// Makes a block of counters in that process.
    package func makeBlock(_ shape: CounterBlockShape) throws(BPFError) -> CInt {
        let answer: (answer: BlockAnswer, descriptors: [CInt])
        do throws(SystemError) {
            answer = try self.answer(BlockAnswer.self, to: .block(shape))
        } catch {
            throw BPFError(operation: "make another block of counters", code: error.code, log: Self.help)
        }
        if case .refused(let error) = answer.answer { throw error }
        guard let block = answer.descriptors.first else {
            throw BPFError(operation: "take over another block of counters", code: EMFILE)
        }
        return block
    }

    /// This object itself, if programs and maps are pinned.
    package var pins: (any PinStore)? { isPinning ? self : nil }

    /// Reads processes: this object itself.
    package var processReader: (any ProcessReader)? { self }

    /// Has processes read in that process.
    package func readProcesses(_ request: [UInt8], started: (Int32) -> Void, each: ([UInt8]) -> Bool) {
        guard let answers = try? send(.processes(request)), let first = try? answers.receive(),
            let process = BrokerMessage.value(Int32.self, of: first.bytes)
        else { return }
        started(process)
        while let (bytes, descriptors) = try? answers.receive() {
            for descriptor in descriptors { close(descriptor) }
            guard each(bytes) else { return }
        }
    }
}

extension Broker: PinStore {
    /// Has something opened that is pinned.
    package func open(_ name: String, of generation: UInt64) throws(BPFError) -> CInt {
        let descriptors = try ask("open \(name)", .open(BrokerPin(name: name, generation: generation)))
        guard let descriptor = descriptors.first else { throw BPFError(operation: "open \(name)", code: EMFILE) }
        return descriptor
    }

    /// Has something pinned.
    package func pin(_ descriptor: CInt, as name: String, of generation: UInt64) throws(BPFError) {
        _ = try ask("pin \(name)", .pin(BrokerPin(name: name, generation: generation)), [descriptor])
    }

    /// Has all generations removed but one.
    package func removeAll(but generation: UInt64) throws(BPFError) {
        _ = try ask("remove old generations", .removeGenerations(but: generation))
    }

    private func ask(_ operation: String, _ request: BrokerRequest, _ sent: [CInt] = []) throws(BPFError) -> [CInt] {
        let answer: (answer: PinAnswer, descriptors: [CInt])
        do throws(SystemError) {
            answer = try self.answer(PinAnswer.self, to: request, sent)
        } catch {
            throw BPFError(operation: operation, code: error.code, log: Self.help)
        }
        if case .refused(let error) = answer.answer { throw error }
        return answer.descriptors
    }
}
