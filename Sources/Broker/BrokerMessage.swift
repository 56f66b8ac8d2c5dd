internal import BPF
internal import FoundationEssentials
internal import Probes

/// A request to the broker, which comes with one end of a socket for the answer.
enum BrokerRequest {
    /// Load the agent's object. The answer is a ``LoadAnswer`` with its descriptors.
    case load(AgentObjectOptions)
    /// Make a block of counters. The answer is a ``BlockAnswer`` with its descriptor.
    case block(CounterBlockShape)
    /// Read processes. The answers are the id of the process that reads, and then those of `ProcessReadingService`, a
    /// message each.
    case processes([UInt8])

    private enum Kind {
        static let load = UInt8(ascii: "l")
        static let block = UInt8(ascii: "b")
        static let processes = UInt8(ascii: "p")
    }

    /// Its bytes: one for the kind, and then the rest.
    var bytes: [UInt8] {
        switch self {
        case .load(let options): [Kind.load] + BrokerMessage.bytes(of: options)
        case .block(let shape): [Kind.block] + BrokerMessage.bytes(of: shape)
        case .processes(let request): [Kind.processes] + request
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
        default:
            return nil
        }
    }
}

/// What became of a load.
enum LoadAnswer: Codable {
    case loaded(LoadedAgent.Facts, LoadedObject.Description)
    case refused(ProbeError)
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
