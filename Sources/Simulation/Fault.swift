/// Something that goes wrong on a simulated host, as long as it is switched on.
package enum Fault: CaseIterable, Hashable, Sendable {
    /// This side always closes first, and lets each connection live for a moment only: TIME_WAIT fills up.
    case timeWaitPileUp
    /// Services do not accept any more.
    case fullAcceptQueue
    /// Every other segment is lost.
    case retransmitStorm
    /// Peers refuse, break off or don't answer.
    case deadPeers
    /// Programs do not read what arrives.
    case stuckReaders
    /// The services are restarted every few seconds.
    case restarts
    /// There is no room in the kernel's maps for all ports.
    case crowdedPorts
    /// Events go by unseen.
    case lostEvents
}
