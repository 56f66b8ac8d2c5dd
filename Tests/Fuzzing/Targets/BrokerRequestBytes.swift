@testable import Broker

extension FuzzTarget {
    /// What somebody who took over the agent may ask of the broker.
    static let brokerRequest = FuzzTarget("broker-request", sizeLimit: 2048) { bytes in
        guard let request = BrokerRequest(bytes) else { return }
        let again = BrokerRequest(request.bytes)
        try expect(again != nil, "a request that was read can be read again")
    }
}
