internal import CLibcurl
internal import Glibc
internal import System

/// Posts to one URL by libcurl, keeping the connection between requests.
///
/// It is for one thread at a time.
///
/// All pointers that libcurl keeps are set in this file, but for that to an observer. They point at the error buffer, the
/// lists of headers and the object that collects the response, which live as long as the handle, and at the body of the request, which lives as long as
/// the call of ``post(_:timeout:cancellation:)``.
///
/// The process must ignore SIGPIPE: libcurl's TLS writes to sockets that the other side may have closed.
@safe final class HTTPClient {
    /// What came back.
    struct Response: Equatable, Sendable {
        var status: Int
        var contentType: String?
        /// What the header `Retry-After` asks for, counted from now.
        var retryAfter: Duration?
        /// Decompressed.
        var body: [UInt8] = []
        /// Whether it came without TLS.
        var isPlain = false
        /// Why the body is missing although there is a status; nil when the response came in whole.
        var interruption: String?
    }

    private let endpoint: OTLPEndpoint
    private let proxy: ProxySettings?
    private let clientKey: String?
    private let secrets: Secrets
    /// How many seconds the connection may live; no two clients that began together end together.
    private var life: Int
    private let longestLife: Int
    private let easy: UnsafeMutableRawPointer
    private let multi: MultiHandle
    private let plainHeaders: HeaderList
    private let gzipHeaders: HeaderList
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private let response: IncomingResponse
    private let observer: JourneyObserver?

    /// Creates a client; nothing is sent yet.
    ///
    /// - Throws: ``TransportError`` when libcurl cannot be set up.
    init(
        _ configuration: OTLPConfiguration,
        userAgent: String,
        contentType: String,
        observer: JourneyObserver? = nil
    ) throws(TransportError) {
        self.observer = observer
        endpoint = configuration.endpoint
        proxy = configuration.proxy
        clientKey = configuration.clientKey
        longestLife = Int(clamping: max(configuration.longestLife.components.seconds, 1))
        life = Self.life(within: longestLife)
        guard Self.globalCode == CURLE_OK, let easy = unsafe curl_easy_init() else {
            throw TransportError(CURLE_FAILED_INIT, details: "", endpoint: configuration.endpoint)
        }
        guard let multi = MultiHandle() else {
            unsafe curl_easy_cleanup(easy)
            throw TransportError(CURLE_FAILED_INIT, details: "", endpoint: configuration.endpoint)
        }
        unsafe self.easy = unsafe easy
        self.multi = multi
        secrets = Secrets(configuration)
        plainHeaders = HeaderList(configuration.headers, contentType: contentType, compression: .none)
        gzipHeaders = HeaderList(configuration.headers, contentType: contentType, compression: .gzip)
        response = IncomingResponse(limit: configuration.responseLimit > 0 ? configuration.responseLimit : .max)
        unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))

        // From here on deinit cleans up, also when this throws.
        let code = setUp(configuration, userAgent: userAgent)
        guard code == CURLE_OK else { throw failure(code) }
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe errorBuffer.deallocate()
    }

    /// Posts `request` and blocks the thread until the whole response is there.
    ///
    /// The timeout is for everything from the resolution of the name to the last byte. It throws when there is no response;
    /// any status is a response, and once the receiver has decided it is one even if the rest of it does not come: to send
    /// the request again would then be to send it twice.
    func post(
        _ request: EncodedRequest,
        timeout: Duration,
        cancellation: Cancellation
    ) throws(TransportError) -> Response {
        response.reset()
        unsafe errorBuffer[0] = 0
        let milliseconds = Int(min(max(timeout.wholeMilliseconds, 1), Int64(Int32.max)))
        let headers = request.compression == .gzip ? gzipHeaders : plainHeaders
        _ = unsafe CLibcurl_setopt_list(easy, CURLOPT_HTTPHEADER, headers.first)
        let code = unsafe request.body.withUnsafeBufferPointer { body in
            // CURLOPT_POSTFIELDS does not copy, and lets libcurl send the body again on a fresh connection.
            _ = unsafe CLibcurl_setopt_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress)
            _ = unsafe CLibcurl_setopt_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            _ = unsafe CLibcurl_setopt_long(easy, CURLOPT_TIMEOUT_MS, milliseconds)
            // It counts from the connection's beginning and is asked before each use.
            _ = unsafe CLibcurl_setopt_long(easy, CURLOPT_MAXLIFETIME_CONN, life)
            defer { _ = unsafe CLibcurl_setopt_pointer(easy, CURLOPT_POSTFIELDS, nil) }
            return unsafe multi.perform(easy, cancellation: cancellation)
        }
        if newConnections > 0 {
            life = Self.life(within: longestLife)
        }
        unsafe observer?.note(easy, code, response)
        // What is too large is no response, whatever its status (OTLP specification, "OTLP/HTTP Response").
        guard response.isDecided, response.excess == nil else {
            // libcurl is content with a part of a head.
            throw failure(code == CURLE_OK ? CURLE_GOT_NOTHING : code)
        }
        var contentType: UnsafeMutablePointer<CChar>?
        _ = unsafe CLibcurl_getinfo_string(easy, CURLINFO_CONTENT_TYPE, &contentType)
        var status = 0
        _ = unsafe CLibcurl_getinfo_long(easy, CURLINFO_RESPONSE_CODE, &status)
        let now = time(nil)
        let body = response.takeBody()
        return Response(
            status: status,
            contentType: unsafe contentType.map { unsafe String(cString: $0) },
            retryAfter: response.retryAfter.flatMap { RetryAfter.wait($0, date: response.date, now: now) },
            body: code == CURLE_OK ? body : [],
            isPlain: endpoint.url.hasPrefix("http://"),
            interruption: code == CURLE_OK ? nil : failure(code).reason
        )
    }

    private func failure(_ code: CURLcode) -> TransportError {
        let details = secrets.hidden(in: unsafe String(cString: errorBuffer))
        var error = TransportError(code, details: details, endpoint: endpoint, proxy: proxy)
        if code == CURLE_ABORTED_BY_CALLBACK {
            error.kind = .cancelled
            error.reason = "the export was cancelled"
        } else if let excess = response.excess {
            error.kind = .responseTooLarge
            error.reason = excess
        } else if code == CURLE_SSL_CERTPROBLEM, let clientKey, CredentialFiles.isEncrypted(clientKey) {
            error.hint = "The client key has a passphrase, which nobody is asked for: 'openssl pkey' writes one without"
        }
        if error.kind == .retryable, error.hint == nil, isNewlyEncrypted, !response.isBegun {
            error.noteEndAfterHandshake()
        }
        response.reset()
        return error
    }

    /// How many connections the last transfer has made.
    private var newConnections: Int {
        var connections = 0
        _ = unsafe CLibcurl_getinfo_long(easy, CURLINFO_NUM_CONNECTS, &connections)
        return connections
    }

    /// Whether the last transfer made a connection of its own, over TLS.
    private var isNewlyEncrypted: Bool { endpoint.isSecure && newConnections > 0 }

    /// Some time from three quarters of `longest` on.
    private static func life(within longest: Int) -> Int {
        Int.random(in: max(longest - longest / 4, 1)...longest)
    }

    /// Sets everything that stays the same from request to request; returns the first code that is not `CURLE_OK`.
    private func setUp(_ configuration: OTLPConfiguration, userAgent: String) -> CURLcode {
        var result = CURLE_OK
        func check(_ code: CURLcode) {
            if result == CURLE_OK { result = code }
        }
        func set(_ option: CURLoption, _ value: Int) { check(unsafe CLibcurl_setopt_long(easy, option, value)) }
        // libcurl copies strings.
        func set(_ option: CURLoption, _ value: String?) { check(unsafe CLibcurl_setopt_string(easy, option, value)) }

        check(unsafe CLibcurl_setopt_pointer(easy, CURLOPT_ERRORBUFFER, errorBuffer))
        set(CURLOPT_URL, configuration.endpoint.url)
        set(CURLOPT_UNIX_SOCKET_PATH, configuration.endpoint.socket)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        // HTTP/2 where a server offers it during the TLS handshake, HTTP/1.1 otherwise.
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        set(CURLOPT_POST, 1)
        set(CURLOPT_USERAGENT, userAgent)
        // All encodings would be "": gzip is enough, and what is counted against the limit is decompressed.
        set(CURLOPT_ACCEPT_ENCODING, "gzip")
        // A redirected POST becomes a GET without a body, and custom headers follow it to anywhere.
        set(CURLOPT_FOLLOWLOCATION, 0)
        // Signals belong to the process, not to a library.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_MAXAGE_CONN, Int(configuration.longestIdle.components.seconds))
        // A new connection goes where the name points to now.
        set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
        // The end of a request need not wait for a thread that resolves a name; it ends on its own.
        set(CURLOPT_QUICK_EXIT, 1)
        setUpTLS(configuration, set, set)
        if let proxy = configuration.proxy {
            // Empty texts keep libcurl from looking into the environment itself, of which its versions make different
            // things.
            set(CURLOPT_PROXY, proxy.url)
            set(CURLOPT_NOPROXY, "")
        }
        // The receiver's credentials are not the proxy's business, nor is the proxy's answer the receiver's.
        set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        receive(check)
        if let observer {
            check(unsafe observer.attach(to: easy))
        }
        return result
    }

    private func setUpTLS(
        _ configuration: OTLPConfiguration,
        _ setNumber: (CURLoption, Int) -> Void,
        _ setText: (CURLoption, String?) -> Void
    ) {
        setNumber(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        setNumber(CURLOPT_PROXY_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // The defaults, which nobody is to change: the certificate is verified, and it is that of the host.
        setNumber(CURLOPT_SSL_VERIFYPEER, 1)
        setNumber(CURLOPT_SSL_VERIFYHOST, 2)
        // Read the authorities for each connection, so that renewed ones are seen.
        setNumber(CURLOPT_CA_CACHE_TIMEOUT, 0)
        if let certificate = configuration.certificate {
            setText(CURLOPT_CAINFO, certificate)
            setText(CURLOPT_CAPATH, nil)
        }
        if let certificate = configuration.clientCertificate, let key = configuration.clientKey {
            setText(CURLOPT_SSLCERT, certificate)
            setText(CURLOPT_SSLKEY, key)
            // OpenSSL would ask for the passphrase of an encrypted key on the terminal, and wait.
            setText(CURLOPT_KEYPASSWD, "")
        }
    }

    /// Has the response collected.
    private func receive(_ check: (CURLcode) -> Void) {
        let context = unsafe Unmanaged.passUnretained(response).toOpaque()
        check(unsafe CLibcurl_setopt_pointer(easy, CURLOPT_HEADERDATA, context))
        check(
            unsafe CLibcurl_setopt_data(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let context = unsafe context else { return 0 }
                let response = unsafe Unmanaged<IncomingResponse>.fromOpaque(context).takeUnretainedValue()
                return unsafe response.appendHead(UnsafeRawBufferPointer(start: bytes, count: size * count))
            }
        )
        check(unsafe CLibcurl_setopt_pointer(easy, CURLOPT_WRITEDATA, context))
        check(
            unsafe CLibcurl_setopt_data(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let context = unsafe context else { return 0 }
                let response = unsafe Unmanaged<IncomingResponse>.fromOpaque(context).takeUnretainedValue()
                return unsafe response.append(UnsafeRawBufferPointer(start: bytes, count: size * count))
            }
        )
    }

    /// libcurl's own start-up, once a process.
    private static let globalCode = curl_global_init(Int(CURL_GLOBAL_ALL))
}
