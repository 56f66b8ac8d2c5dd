/// How far a request came on its way to the receiver, and what it met there.
package struct Journey: Hashable, Sendable {
    /// A part of the way.
    package enum Stage: Int, Comparable, CaseIterable, Sendable {
        /// The name has an address.
        case name
        /// The connection is made: over TCP or to a socket.
        case connection
        /// TLS is agreed on.
        case encryption
        /// The receiver has answered.
        case answer

        /// Whether it comes earlier.
        package static func < (first: Stage, second: Stage) -> Bool { first.rawValue < second.rawValue }
    }

    /// The last part that was gone to its end; nil when none was.
    package var reached: Stage?
    /// The address that was connected to, of a proxy if there is one; nil when there was no connection.
    package var address: String?
    /// The version of TLS, and the cipher: `TLSv1.3 / TLS_AES_256_GCM_SHA384`.
    package var encryption: String?
    /// The receiver's certificate and those that it sent with it, its own first.
    package var certificates: [Certificate] = []
    /// How much the receiver's clock is ahead of this machine's, to the second, if it tells; late answers count to it.
    package var clockDifference: Duration?
    /// How long it took to the end of the answer.
    package var duration = Duration.zero
}
