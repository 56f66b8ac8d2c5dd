/// How far a request came on its way to the receiver, and what it met there.
public struct Journey: Hashable, Sendable {
    /// A part of the way.
    public enum Stage: Int, Comparable, CaseIterable, Sendable {
        /// The name has an address.
        case name
        /// The connection is made: over TCP or to a socket.
        case connection
        /// TLS is agreed on.
        case encryption
        /// The receiver has answered.
        case answer

        /// Whether it comes earlier.
        public static func < (first: Stage, second: Stage) -> Bool { first.rawValue < second.rawValue }
    }

    /// The last part that was gone to its end; nil when none was.
    public var reached: Stage?
    /// The address that was connected to, of a proxy if there is one; nil when there was no connection.
    public var address: String?
    /// The version of TLS, and the cipher: `TLSv1.3 / TLS_AES_256_GCM_SHA384`.
    public var encryption: String?
    /// The receiver's certificate and those that it sent with it, its own first.
    public var certificates: [Certificate] = []
    /// How much the receiver's clock is ahead of this machine's, to the second, if it tells; late answers count to it.
    public var clockDifference: Duration?
    /// How long it took to the end of the answer.
    public var duration = Duration.zero
}
