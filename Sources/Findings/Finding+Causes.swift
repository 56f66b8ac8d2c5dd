extension Finding {
    /// The findings that this one probably follows from, if they are there for the same host.
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
