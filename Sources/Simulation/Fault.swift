/// A problem on a simulated host, which lasts while it is switched on.
package enum Fault: CaseIterable, Hashable, Sendable {
    /// This side always closes first, after a very short life: TIME_WAIT fills up.
    case timeWaitPileUp
    /// Services no longer accept connections.
    case fullAcceptQueue
    /// Every other segment is lost.
    case retransmitStorm
    /// Peers refuse, reset or don't answer.
    case deadPeers
    /// Programs do not read what arrives.
    case stuckReaders
    /// The services are restarted every few seconds.
    case restarts
    /// The kernel's maps have no room for all ports.
    case crowdedPorts
    /// Programs miss events.
    case lostEvents
}
