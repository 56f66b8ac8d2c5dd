extension Finding {
    /// The findings that this one probably follows from, if they are there for the same host.
    package var causes: [Finding] {
        switch id {
        case Finding.portsUsedUp.id: [.timeWaitPorts]
        case Finding.halfOpen.id: [.synFlood]
        case Finding.acceptQueueFull.id: [.closeWaitLeak]
        // Into a window that shrinks to zero, the kernel sends its last segment again as a probe.
        case Finding.loss.id: [.zeroWindow]
        case Finding.roundTrips.id: [.loss]
        case Finding.handshakeFailures.id: [.portsUsedUp, .acceptQueueFull, .synFlood, .halfOpen, .loss]
        case Finding.slowAnswers.id: [.acceptQueueFull, .closeWaitLeak]
        case Finding.memoryPressure.id: [.zeroWindow]
        case Finding.agentDrift.id: [.agentLosses]
        default: []
        }
    }
}
