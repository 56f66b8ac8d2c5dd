internal import CProbes
internal import Readings

/// Where each counter of a build is in `struct flow_counters`, by a name that all builds share.
///
/// So a build can take over the counters of another one, whose layout is different.
struct CounterNames: Codable, Hashable, Sendable {
    /// A map whose values are a part of `struct flow_counters`, if nothing is attributed.
    struct Array: Codable, Hashable, Sendable {
        /// The map.
        var map: String
        /// Where the part begins.
        var base: Int
        /// How many counters it has.
        ///
        /// A map with more has several of the same, one after the other.
        var count: Int
    }

    /// The places of counters.
    var counters: [String: Int] = [:]
    /// The places of the first counters of histograms.
    var histograms: [String: Int] = [:]
    /// The form of histograms, and how many counters each has.
    ///
    /// Those of another form can't be taken over.
    var histogramForm: String
    var histogramSize: Int
    /// How many counters there are, and how many rows a block of them has.
    var size = Int(FLOW_COUNTERS)
    var rowsPerBlock = UInt32(ROWS_PER_BLOCK)
    /// The maps.
    var arrays: [Array] = []
    /// The rows of `tcp_losses`.
    var losses: [String: Int] = [:]

    /// Those of this build.
    static let own = CounterNames()

    private init() {
        histogramSize = Int(FLOW_HISTOGRAM)
        histogramForm =
            "scale \(HISTOGRAM_SCALE), \(HISTOGRAM_FIRST_INDEX)...\(HISTOGRAM_LAST_INDEX), "
            + "groups of \(HISTOGRAM_GROUP_BUCKETS)"
        nameTransitions()
        nameOthers()
        nameHistograms()
        arrays = [
            Array(map: "tcp_transitions", base: Int(FLOW_TRANSITIONS), count: Int(FLOW_HANDSHAKES - FLOW_TRANSITIONS)),
            Array(map: "tcp_handshakes", base: Int(FLOW_HANDSHAKES), count: Int(FLOW_IO - FLOW_HANDSHAKES)),
            Array(map: "tcp_io", base: Int(FLOW_IO), count: Int(FLOW_RETRANSMITS - FLOW_IO)),
            Array(map: "tcp_retransmits", base: Int(FLOW_RETRANSMITS), count: Int(FLOW_RESETS - FLOW_RETRANSMITS)),
            Array(map: "tcp_resets", base: Int(FLOW_RESETS), count: Int(FLOW_DURATIONS - FLOW_RESETS)),
            Array(map: "tcp_durations", base: Int(FLOW_DURATIONS), count: Int(FLOW_COUNTERS - FLOW_DURATIONS)),
        ]
        losses = [
            "map_full": Int(MAP_FULL.rawValue), "allocation": Int(ALLOCATION.rawValue), "unseen": Int(UNSEEN.rawValue),
        ]
    }

    private mutating func name(_ kind: String, _ parts: [String], _ place: Int) {
        counters[([kind] + parts).joined(separator: "/")] = place
    }

    private mutating func nameTransitions() {
        for type in NetworkType.allCases {
            for old in 0..<UInt32(TCP_STATE_COUNT) {
                for new in 0..<UInt32(TCP_STATE_COUNT) {
                    let place = Int(FLOW_TRANSITIONS) + Int(transition_index(UInt32(type.rawValue), old, new))
                    name("transitions", [type.attributeValue, "\(old)", "\(new)"], place)
                }
            }
        }
    }

    private mutating func nameOthers() {
        for type in NetworkType.allCases {
            let number = UInt32(type.rawValue)
            for role in HandshakeRole.allCases {
                for outcome in HandshakeOutcome.allCases {
                    let index = handshake_index(UInt32(role.rawValue), number, UInt32(outcome.rawValue))
                    let parts = [role.attributeValue, type.attributeValue, outcome.attribute ?? "succeeded"]
                    name("handshakes", parts, Int(FLOW_HANDSHAKES) + Int(index))
                }
            }
            for kind in RetransmitType.allCases {
                let place = Int(FLOW_RETRANSMITS) + Int(retransmit_index(UInt32(kind.rawValue), number))
                name("retransmits", [kind.attributeValue, type.attributeValue], place)
            }
            for direction in IODirection.allCases {
                let place = Int(FLOW_RESETS) + Int(reset_index(UInt32(direction.rawValue), number))
                name("resets", [direction.attributeValue, type.attributeValue], place)
            }
        }
        for (sampler, number) in Self.samplers {
            for direction in IODirection.allCases {
                for role in HandshakeRole.allCases {
                    let index = io_index(number, UInt32(direction.rawValue), UInt32(role.rawValue))
                    let parts = [sampler, direction.attributeValue, role.attributeValue]
                    name("bytes", parts, Int(FLOW_IO) + Int(index))
                }
            }
        }
    }

    private static let samplers = [("event", AT_EVENT.rawValue), ("pass", IN_PASS.rawValue)]

    private mutating func nameHistograms() {
        func add(_ parts: [String], _ index: UInt32, to histograms: inout [String: Int]) {
            histograms[parts.joined(separator: "/")] = Int(FLOW_DURATIONS) + Int(index) * Int(FLOW_HISTOGRAM)
        }
        for state in 0..<UInt32(TCP_STATE_COUNT) {
            add(["state", "\(state)"], state_duration_index(state), to: &histograms)
        }
        for type in NetworkType.allCases {
            let number = UInt32(type.rawValue)
            for role in HandshakeRole.allCases {
                let (role, parts) = (UInt32(role.rawValue), [role.attributeValue, type.attributeValue])
                add(["handshake"] + parts, handshake_duration_index(role, number), to: &histograms)
                add(["connection"] + parts, connection_duration_index(role, number), to: &histograms)
            }
            for (sampler, index) in Self.samplers {
                add(["rtt", sampler, type.attributeValue], rtt_index(index, number), to: &histograms)
            }
        }
    }
}

extension CounterNames {
    /// Moves counters from the places of another build to those of this one.
    ///
    /// What this build does not count is dropped.
    ///
    /// - Parameters:
    ///   - counters: A `struct flow_counters` of the other build.
    ///   - other: Where they are.
    /// - Returns: A `struct flow_counters` of this build.
    func taking(_ counters: [UInt64], from other: CounterNames) -> [UInt64] {
        guard self != other else { return counters }
        var taken = [UInt64](repeating: 0, count: size)
        func move(_ old: Int, _ new: Int) {
            guard counters.indices.contains(old), taken.indices.contains(new) else { return }
            taken[new] = counters[old]
        }
        for (name, place) in other.counters {
            if let new = self.counters[name] { move(place, new) }
        }
        guard other.histogramForm == histogramForm else { return taken }
        for (name, place) in other.histograms {
            guard let new = histograms[name] else { continue }
            for index in 0..<min(histogramSize, other.histogramSize) { move(place + index, new + index) }
        }
        return taken
    }

    /// A `struct flow_counters` of this build, from the counters of its maps.
    ///
    /// - Parameter read: All counters of a map, one row after the other; nil if there is no such map.
    /// - Returns: The counters.
    /// - Throws: What `read` throws.
    func counters<Failure>(_ read: (String) throws(Failure) -> [UInt64]?) throws(Failure) -> [UInt64] {
        var counters = [UInt64](repeating: 0, count: size)
        for array in arrays {
            guard array.count > 0, let values = try read(array.map) else { continue }
            for (index, value) in values.enumerated() {
                let place = array.base + index % array.count
                if counters.indices.contains(place) { counters[place] &+= value }
            }
        }
        return counters
    }
}
