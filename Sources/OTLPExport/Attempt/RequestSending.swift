/// Makes attempts to send requests, one at a time.
///
/// ``OTLPSender`` does it over HTTP. The queue knows only this, so that a test can be any receiver.
protocol RequestSending: Sendable {
    /// Makes one attempt to send `request` within `timeout`; what was not sent by then is undelivered.
    func send(_ request: EncodedRequest, timeout: Duration) async -> SendResult

    /// Interrupts a running request and makes all further ones undeliverable.
    func shutdown() async
}

extension OTLPSender: RequestSending {}
