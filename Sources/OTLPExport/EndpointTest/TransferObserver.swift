internal import CLibcurl
internal import FoundationEssentials
internal import Glibc
internal import System

/// Observes the transfers of a libcurl handle, to record how far they got.
///
/// libcurl keeps a pointer to it, so it must live as long as the handle.
@safe final class TransferObserver {
    /// How far the last transfer got.
    private(set) var transfer = TransferReport()

    private var isConnected = false
    private var encryption: String?

    /// libcurl's messages at the beginning and at each stage; its times are not all set if a later stage fails.
    private static let (beginning, connected, encrypted) = ("Trying ", "Connected to ", "SSL connection using ")

    /// Registers this object with libcurl, before the first transfer.
    func attach(to easy: UnsafeMutableRawPointer) -> CURLcode {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let codes = unsafe [
            CLibcurl_setopt_long(easy, CURLOPT_CERTINFO, 1),
            CLibcurl_setopt_long(easy, CURLOPT_VERBOSE, 1),
            CLibcurl_setopt_pointer(easy, CURLOPT_DEBUGDATA, context),
            CLibcurl_setopt_debug(easy, CURLOPT_DEBUGFUNCTION) { _, kind, bytes, count, context in
                // Everything else may contain secrets.
                guard kind == CURLINFO_TEXT, let context = unsafe context, let bytes = unsafe bytes else { return 0 }
                let text = unsafe String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
                let observer = unsafe Unmanaged<TransferObserver>.fromOpaque(context).takeUnretainedValue()
                observer.note(text)
                return 0
            },
        ]
        return codes.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    /// Notes how a transfer ended.
    ///
    /// - Parameters:
    ///   - easy: The handle.
    ///   - code: The result of the transfer.
    ///   - response: The response.
    func note(_ easy: UnsafeMutableRawPointer, _ code: CURLcode, _ response: IncomingResponse) {
        func microseconds(_ info: CURLINFO) -> Int {
            var value: curl_off_t = 0
            _ = unsafe CLibcurl_getinfo_offset(easy, info, &value)
            return value
        }
        var reached: [TransferReport.Stage] = []
        let isUnresolved = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY
        if !isUnresolved, code != CURLE_OPERATION_TIMEDOUT || microseconds(CURLINFO_NAMELOOKUP_TIME_T) > 0 {
            reached.append(.name)
        }
        let isRefusedByTLS = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR
        if isConnected || isRefusedByTLS || microseconds(CURLINFO_CONNECT_TIME_T) > 0 { reached.append(.connection) }
        // libcurl checks the name in the certificate after the handshake.
        if encryption != nil, !isRefusedByTLS { reached.append(.encryption) }
        if response.isDecided { reached.append(.answer) }
        transfer = TransferReport(
            reached: reached.max(),
            address: unsafe address(of: easy),
            encryption: encryption,
            certificates: unsafe certificates(of: easy),
            clockDifference: response.date.flatMap(RetryAfter.moment).map { .seconds($0 - time(nil)) },
            duration: .microseconds(microseconds(CURLINFO_TOTAL_TIME_T))
        )
    }

    private func note(_ text: String) {
        let text = text.trimmed
        if text.hasPrefix(Self.beginning) {
            (isConnected, encryption) = (false, nil)
        } else if text.hasPrefix(Self.connected) {
            isConnected = true
        } else if text.hasPrefix(Self.encrypted) {
            (isConnected, encryption) = (true, text.dropFirst(Self.encrypted.count).printable())
        }
    }

    private func address(of easy: UnsafeMutableRawPointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        _ = unsafe CLibcurl_getinfo_string(easy, CURLINFO_PRIMARY_IP, &text)
        guard let address = unsafe text.map({ unsafe String(cString: $0) }), !address.isEmpty else { return nil }
        var port = 0
        _ = unsafe CLibcurl_getinfo_long(easy, CURLINFO_PRIMARY_PORT, &port)
        // A Unix-domain socket has no port.
        return port == 0 ? address : address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    private func certificates(of easy: UnsafeMutableRawPointer) -> [Certificate] {
        var chain: UnsafeMutablePointer<curl_certinfo>?
        _ = unsafe CLibcurl_getinfo_certificates(easy, CURLINFO_CERTINFO, &chain)
        guard let chain = unsafe chain else { return [] }
        let lists = unsafe UnsafeBufferPointer(start: chain.pointee.certinfo, count: Int(chain.pointee.num_of_certs))
        return unsafe lists.flatMap { list -> [Certificate] in
            var next = unsafe list
            while let entry = unsafe next {
                let text = unsafe String(cString: entry.pointee.data)
                if text.hasPrefix("Cert:") { return Certificate.list(in: text) }
                unsafe next = entry.pointee.next
            }
            return []
        }
    }
}
