internal import BPF
internal import FoundationEssentials
internal import Probes

/// A request to the broker, which comes with one end of a socket for the answer.
enum BrokerRequest {
    /// Load the agent's object. The answer is a ``LoadAnswer`` with its descriptors.
    case load(AgentObjectOptions)
    /// Make a block of counters. The answer is a ``BlockAnswer`` with its descriptor.
    case block(CounterBlockShape)
    /// Open something that is pinned. The answer is a ``PinAnswer`` with its descriptor.
    case open(BrokerPin)
    /// Pin what comes with the request. The answer is a ``PinAnswer``.
    case pin(BrokerPin)
    /// Remove all generations but one. The answer is a ``PinAnswer``.
    case removeGenerations(but: UInt64)
    /// Read processes. The answers are the id of the process that reads, and then those of `ProcessReadingService`, a
    /// message each.
    case processes([UInt8])

    private enum Kind {
        static let load = UInt8(ascii: "l")
        static let block = UInt8(ascii: "b")
        static let processes = UInt8(ascii: "p")
        static let open = UInt8(ascii: "o")
        static let pin = UInt8(ascii: "n")
        static let remove = UInt8(ascii: "r")
    }

    /// Its bytes: one for the kind, and then the rest.
    var bytes: [UInt8] {
        switch self {
        case .load(let options): [Kind.load] + BrokerMessage.bytes(of: options)
        case .block(let shape): [Kind.block] + BrokerMessage.bytes(of: shape)
        case .processes(let request): [Kind.processes] + request
        case .open(let pin): [Kind.open] + BrokerMessage.bytes(of: pin)
        case .pin(let pin): [Kind.pin] + BrokerMessage.bytes(of: pin)
        case .removeGenerations(let kept): [Kind.remove] + BrokerMessage.bytes(of: kept)
        }
    }

    /// Reads it; nil if it is malformed.
    init?(_ bytes: [UInt8]) {
        let rest = Array(bytes.dropFirst())
        switch bytes.first {
        case Kind.load:
            guard let options = BrokerMessage.value(AgentObjectOptions.self, of: rest) else { return nil }
            self = .load(options)
        case Kind.block:
            guard let shape = BrokerMessage.value(CounterBlockShape.self, of: rest) else { return nil }
            self = .block(shape)
        case Kind.processes:
            self = .processes(rest)
        case Kind.open:
            guard let pin = BrokerMessage.value(BrokerPin.self, of: rest) else { return nil }
            self = .open(pin)
        case Kind.pin:
            guard let pin = BrokerMessage.value(BrokerPin.self, of: rest) else { return nil }
            self = .pin(pin)
        case Kind.remove:
            guard let kept = BrokerMessage.value(UInt64.self, of: rest) else { return nil }
            self = .removeGenerations(but: kept)
        default:
            return nil
        }
    }
}

/// A name in a generation of what is pinned.
struct BrokerPin: Codable {
    var name: String
    var generation: UInt64
}

/// What became of a load.
///
/// The descriptors are those of the object, and then those of its links.
enum LoadAnswer: Codable {
    case loaded(LoadedAgent.Facts, LoadedObject.Description, links: [String], Pinned?)
    case refused(ProbeError)
}

/// What became of something that is or was to be pinned.
enum PinAnswer: Codable {
    case done
    case refused(BPFError)
}

/// What became of a block.
enum BlockAnswer: Codable {
    case made
    case refused(BPFError)
}

/// What the broker says before the first request.
struct BrokerGreeting: Codable {
    /// Why it can't work; nil if it can.
    var failure: String?
}

/// Messages as JSON.
enum BrokerMessage {
    /// The bytes of a message; empty if it has none.
    static func bytes(of message: some Encodable) -> [UInt8] {
        (try? JSONEncoder().encode(message)).map { [UInt8]($0) } ?? []
    }

    /// Reads a message; nil if it is malformed.
    static func value<Value: Decodable>(_ type: Value.Type, of bytes: [UInt8]) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }
}
