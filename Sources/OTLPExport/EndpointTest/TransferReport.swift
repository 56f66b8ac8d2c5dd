/// How far a request got on the way to the receiver, and what was found there.
package struct TransferReport: Hashable, Sendable {
    /// A stage of the way.
    package enum Stage: Int, Comparable, CaseIterable, Sendable {
        /// The name is resolved.
        case name
        /// The connection is established: over TCP or to a socket.
        case connection
        /// The TLS handshake is complete.
        case encryption
        /// The receiver has responded.
        case answer

        /// Whether `first` comes first.
        package static func < (first: Stage, second: Stage) -> Bool { first.rawValue < second.rawValue }
    }

    /// The last stage completed, if any.
    package var reached: Stage?
    /// The address of the connection, that of the proxy if there is one; nil if there was no connection.
    package var address: String?
    /// The version of TLS and the cipher, such as `TLSv1.3 / TLS_AES_256_GCM_SHA384`.
    package var encryption: String?
    /// The certificates that the receiver sent, its own first.
    package var certificates: [Certificate] = []
    /// The difference from this machine's clock to the receiver's, in whole seconds, if known; it includes the delay of
    /// the response.
    package var clockDifference: Duration?
    /// The time until the end of the response.
    package var duration = Duration.zero
}
