internal import Metrics
internal import Readings

/// A container on a simulated host, which ends and is replaced by one with the same name.
struct SimulatedContainer: Sendable {
    /// Distinguishes it from all others; 1 is the first.
    let number: UInt64
    /// Its place among the containers that exist at a time.
    let place: Int
    /// Where its sockets are counted: the host if they are not told apart, or the overflow beyond the limit.
    let owner: Workload.ID
    /// When it began, in nanoseconds since the host's start.
    let born: UInt64
    /// When it will end.
    let death: UInt64

    /// Whether it is a workload of its own.
    var isToldApart: Bool { owner != .host && owner != .overflow }

    /// The attributes of its resource; another container in the same place has another instance.
    var attributes: Attributes {
        let id = String(number, radix: 16)
        return [
            "service.name": .string("container-\(place)"),
            "service.instance.id": .string("\(place)-\(number)"),
            "container.id": .string(String(repeating: "0", count: max(64 - id.count, 0)) + id),
        ]
    }
}

/// The containers of a simulated host.
struct SimulatedContainers: Sendable {
    /// Those that run, by their place.
    private(set) var running: [SimulatedContainer] = []
    /// Those that have ended since they were last reported; their sockets may outlive them.
    private(set) var ended: [SimulatedContainer] = []
    /// When the first one was counted as overflow.
    private(set) var overflowBegan: UInt64?
    private var count: UInt64 = 0
    private let options: SimulatedHost.Options

    init(_ options: SimulatedHost.Options, _ generator: inout Generator) {
        self.options = options
        for place in 0..<max(options.containers, 0) { running.append(next(at: place, now: 0, &generator)) }
    }

    /// Where the sockets of a listener are counted: each of the first containers has one.
    func owner(ofService index: Int) -> Workload.ID {
        index < running.count ? running[index].owner : .host
    }

    /// Where a connection that is opened here is counted.
    func randomOwner(_ generator: inout Generator) -> Workload.ID {
        guard !running.isEmpty else { return .host }
        let place = Int.random(in: 0...running.count, using: &generator)
        return place < running.count ? running[place].owner : .host
    }

    /// Replaces the containers whose time has come, and returns their places with those before and after.
    mutating func replace(now: UInt64, _ generator: inout Generator)
        -> [(old: SimulatedContainer, new: SimulatedContainer)]
    {
        let places = running.indices.filter { running[$0].death <= now }
        let old = places.map { running[$0] }
        // All of them first, so that those that begin are within the limit.
        ended += old.filter(\.isToldApart)
        return zip(places, old).map { place, old in
            let new = next(at: place, now: now, &generator)
            running[place] = new
            return (old, new)
        }
    }

    /// Forgets those that have ended and of which `isGone` is true.
    mutating func forget(where isGone: (SimulatedContainer) -> Bool) {
        ended.removeAll(where: isGone)
    }

    private mutating func next(at place: Int, now: UInt64, _ generator: inout Generator) -> SimulatedContainer {
        count &+= 1
        let life = generator.duration(medianSeconds: options.containerLife)
        let known = running.count { $0.isToldApart && $0.death > now } + ended.count
        let owner: Workload.ID =
            !options.tellsContainersApart ? .host : known < options.containerLimit ? .workload(count) : .overflow
        if owner == .overflow { overflowBegan = overflowBegan ?? now }
        return SimulatedContainer(number: count, place: place, owner: owner, born: now, death: now &+ life)
    }
}
