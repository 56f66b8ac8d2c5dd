extension Finding {
    /// The findings of which this one is probably a consequence, if they are there for the same host.
    package var causes: [Finding] {
        switch id {
        case Finding.portsUsedUp.id: [.timeWaitPorts]
        case Finding.halfOpen.id: [.synFlood]
        case Finding.acceptQueueFull.id: [.closeWaitLeak]
        case Finding.roundTrips.id: [.loss]
        case Finding.handshakeFailures.id: [.portsUsedUp, .acceptQueueFull, .synFlood, .halfOpen, .loss]
        case Finding.slowAnswers.id: [.acceptQueueFull, .closeWaitLeak]
        case Finding.memoryPressure.id: [.zeroWindow]
        case Finding.agentDrift.id: [.agentLosses]
        default: []
        }
    }
}
