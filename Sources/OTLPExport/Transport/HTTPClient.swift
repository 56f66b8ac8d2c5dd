internal import CLibcurl
internal import Glibc
internal import System

/// Posts to one URL with libcurl, and keeps the connection between requests.
///
/// Use it from one thread at a time.
///
/// libcurl keeps raw pointers into this object. The error buffer, header lists and response collector outlive the
/// handle; the request body only outlives ``post(_:timeout:cancellation:)``. (The observer sets the pointer to itself.)
///
/// The process must ignore SIGPIPE, because libcurl's TLS writes to sockets that the other side may have closed.
@safe final class HTTPClient {
    /// A response.
    struct Response: Equatable, Sendable {
        var status: Int
        var contentType: String?
        /// The delay that the header `Retry-After` asks for, from now on.
        var retryAfter: Duration?
        /// Decompressed.
        var body: [UInt8] = []
        /// Whether it was received without TLS.
        var isPlain = false
        /// Why the body is missing although there is a status; nil if the response is complete.
        var interruption: String?
    }

    private let endpoint: OTLPEndpoint
    private let proxy: ProxySettings?
    private let names: OTLPSettingNames
    private let clientKey: String?
    private let secrets: Secrets
    /// The greatest age of the connection in seconds; random, so that clients that started together do not reconnect
    /// together.
    private var life: Int
    private let longestLife: Int
    private let easy: UnsafeMutableRawPointer
    private let multi: MultiHandle
    private let plainHeaders: HeaderList
    private let gzipHeaders: HeaderList
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private let response: IncomingResponse
    private let observer: TransferObserver?

    /// Creates a client; nothing is sent yet.
    ///
    /// - Throws: ``TransportError`` if libcurl cannot be set up.
    init(
        _ configuration: OTLPConfiguration,
        userAgent: String,
        contentType: String,
        observer: TransferObserver? = nil
    ) throws(TransportError) {
        self.observer = observer
        endpoint = configuration.endpoint
        proxy = configuration.proxy
        names = configuration.names
        clientKey = configuration.clientKey
        longestLife = Int(clamping: max(configuration.longestLife.components.seconds, 1))
        life = Self.life(within: longestLife)
        guard Self.globalCode == CURLE_OK, let easy = unsafe curl_easy_init() else {
            throw TransportError(
                CURLE_FAILED_INIT,
                details: "",
                endpoint: configuration.endpoint,
                names: configuration.names
            )
        }
        guard let multi = MultiHandle() else {
            unsafe curl_easy_cleanup(easy)
            throw TransportError(
                CURLE_FAILED_INIT,
                details: "",
                endpoint: configuration.endpoint,
                names: configuration.names
            )
        }
        unsafe self.easy = unsafe easy
        self.multi = multi
        secrets = Secrets(configuration)
        plainHeaders = HeaderList(configuration.headers, contentType: contentType, compression: .none)
        gzipHeaders = HeaderList(configuration.headers, contentType: contentType, compression: .gzip)
        response = IncomingResponse(limit: configuration.responseLimit > 0 ? configuration.responseLimit : .max)
        unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))

        // From here on deinit cleans up, even if this throws.
        let code = setUp(configuration, userAgent: userAgent)
        guard code == CURLE_OK else { throw failure(code) }
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe errorBuffer.deallocate()
    }

    /// Posts `request`, and blocks the thread until the whole response is received.
    ///
    /// The timeout covers everything from name resolution to the last byte. It throws if there is no response. Any
    /// status is a response; and as soon as the status is known there is one, even if the rest of it is lost: to send
    /// the request again would mean to send it twice.
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
            // The age counts from the beginning of the connection and is checked before each use.
            _ = unsafe CLibcurl_setopt_long(easy, CURLOPT_MAXLIFETIME_CONN, life)
            defer { _ = unsafe CLibcurl_setopt_pointer(easy, CURLOPT_POSTFIELDS, nil) }
            return unsafe multi.perform(easy, cancellation: cancellation)
        }
        if newConnections > 0 {
            life = Self.life(within: longestLife)
        }
        unsafe observer?.note(easy, code, response)
        // A response that is too large counts as none, whatever its status (OTLP specification, "OTLP/HTTP Response").
        guard response.isDecided, response.excess == nil else {
            // libcurl accepts an incomplete head.
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
        var error = TransportError(code, details: details, endpoint: endpoint, proxy: proxy, names: names)
        if code == CURLE_ABORTED_BY_CALLBACK {
            error.kind = .cancelled
            error.reason = "the export was cancelled"
        } else if let excess = response.excess {
            error.kind = .responseTooLarge
            error.reason = excess
        } else if code == CURLE_SSL_CERTPROBLEM, let clientKey, CredentialFiles.isEncrypted(clientKey) {
            error.hint =
                "The client key has a passphrase, which can't be entered: 'openssl pkey' writes a key without one"
        }
        if error.kind == .retryable, error.hint == nil, isNewlyEncrypted, !response.isBegun {
            error.noteEndAfterHandshake(names)
        }
        response.reset()
        return error
    }

    /// The number of connections that the last transfer made.
    private var newConnections: Int {
        var connections = 0
        _ = unsafe CLibcurl_getinfo_long(easy, CURLINFO_NUM_CONNECTS, &connections)
        return connections
    }

    /// Whether the last transfer made a new connection over TLS.
    private var isNewlyEncrypted: Bool { endpoint.isSecure && newConnections > 0 }

    /// A random age from three quarters of `longest` to `longest`.
    private static func life(within longest: Int) -> Int {
        Int.random(in: max(longest - longest / 4, 1)...longest)
    }

    /// Sets all options that do not change between requests; returns the first code that is not `CURLE_OK`.
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
        // HTTP/2 if the server offers it during the TLS handshake, HTTP/1.1 otherwise.
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        set(CURLOPT_POST, 1)
        set(CURLOPT_USERAGENT, userAgent)
        // "" would mean all encodings. gzip is enough; the limit applies to decompressed data.
        set(CURLOPT_ACCEPT_ENCODING, "gzip")
        // A redirected POST becomes a GET without a body, and custom headers follow it anywhere.
        set(CURLOPT_FOLLOWLOCATION, 0)
        // Signals belong to the process, not to a library.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_MAXAGE_CONN, Int(configuration.longestIdle.components.seconds))
        // Resolve the name for each new connection.
        set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
        // The end of a request need not wait for a thread that resolves a name; the thread ends on its own.
        set(CURLOPT_QUICK_EXIT, 1)
        setUpTLS(configuration, set, set)
        if let proxy = configuration.proxy {
            // Empty strings keep libcurl from reading the environment, which its versions interpret differently.
            set(CURLOPT_PROXY, proxy.url)
            set(CURLOPT_NOPROXY, "")
        }
        // Credentials for the receiver must not go to the proxy, and the proxy's response is not the receiver's.
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
        // These are the defaults, which must not change: the certificate is verified, and so is its host name.
        setNumber(CURLOPT_SSL_VERIFYPEER, 1)
        setNumber(CURLOPT_SSL_VERIFYHOST, 2)
        // Read the trusted certificates for each connection, so that renewed ones are noticed.
        setNumber(CURLOPT_CA_CACHE_TIMEOUT, 0)
        if let certificate = configuration.certificate {
            setText(CURLOPT_CAINFO, certificate)
            setText(CURLOPT_CAPATH, nil)
        }
        if let certificate = configuration.clientCertificate, let key = configuration.clientKey {
            setText(CURLOPT_SSLCERT, certificate)
            setText(CURLOPT_SSLKEY, key)
            // For an encrypted key OpenSSL would ask for the passphrase on the terminal, and wait.
            setText(CURLOPT_KEYPASSWD, "")
        }
    }

    /// Lets ``response`` collect the response.
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

    /// Initializes libcurl, once in a process.
    private static let globalCode = curl_global_init(Int(CURL_GLOBAL_ALL))
}
