internal import CLibcurl

/// Posts to one URL by libcurl, keeping the connection between requests.
///
/// It is for one thread at a time.
///
/// All pointers that libcurl keeps are set in this file. They point at the error buffer, the list of headers and the object
/// that collects the body, which live as long as the handle, and at the body of the request, which lives as long as the
/// call of ``post(_:timeout:cancellation:)``.
///
/// Proxies come from the environment, which is libcurl's default. The process must ignore SIGPIPE: libcurl's TLS writes
/// to sockets that the other side may have closed.
@safe final class HTTPClient {
    /// What came back.
    struct Response: Equatable, Sendable {
        var status: Int
        var contentType: String?
        /// What the header `Retry-After` says, counted from now; nil where there is none or it is in the past.
        var retryAfter: Duration?
        /// Decompressed.
        var body: [UInt8] = []
    }

    private let endpoint: OTLPEndpoint
    private let easy: UnsafeMutableRawPointer
    private let multi: MultiHandle
    private let plainHeaders: HeaderList
    private let gzipHeaders: HeaderList
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private let response: ResponseBody

    /// Creates a client; nothing is sent yet.
    ///
    /// - Throws: ``TransportError`` when libcurl cannot be set up.
    init(_ configuration: OTLPConfiguration, userAgent: String, contentType: String) throws(TransportError) {
        endpoint = configuration.endpoint
        guard Self.globalCode == CURLE_OK, let easy = unsafe curl_easy_init() else {
            throw TransportError(CURLE_FAILED_INIT, details: "", endpoint: configuration.endpoint)
        }
        guard let multi = MultiHandle() else {
            unsafe curl_easy_cleanup(easy)
            throw TransportError(CURLE_FAILED_INIT, details: "", endpoint: configuration.endpoint)
        }
        unsafe self.easy = unsafe easy
        self.multi = multi
        plainHeaders = HeaderList(configuration.headers, contentType: contentType, compression: .none)
        gzipHeaders = HeaderList(configuration.headers, contentType: contentType, compression: .gzip)
        response = ResponseBody(limit: configuration.responseLimit)
        unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))

        // From here on deinit cleans up, also when this throws.
        let code = setUp(configuration, userAgent: userAgent)
        guard code == CURLE_OK else {
            throw TransportError(code, details: unsafe String(cString: errorBuffer), endpoint: endpoint)
        }
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe errorBuffer.deallocate()
    }

    /// Posts `request` and blocks the thread until the whole response is there.
    ///
    /// The timeout is for everything from the resolution of the name to the last byte. It throws when there is no response;
    /// any status is a response.
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
            defer { _ = unsafe CLibcurl_setopt_pointer(easy, CURLOPT_POSTFIELDS, nil) }
            return unsafe multi.perform(easy, cancellation: cancellation)
        }
        guard code == CURLE_OK else {
            throw failure(code)
        }
        var contentType: UnsafeMutablePointer<CChar>?
        _ = unsafe CLibcurl_getinfo_string(easy, CURLINFO_CONTENT_TYPE, &contentType)
        var (status, retryAfter) = (0, curl_off_t(0))
        _ = unsafe CLibcurl_getinfo_long(easy, CURLINFO_RESPONSE_CODE, &status)
        _ = unsafe CLibcurl_getinfo_offset(easy, CURLINFO_RETRY_AFTER, &retryAfter)
        return Response(
            status: status,
            contentType: unsafe contentType.map { unsafe String(cString: $0) },
            retryAfter: retryAfter > 0 ? .seconds(retryAfter) : nil,
            body: response.take()
        )
    }

    private func failure(_ code: CURLcode) -> TransportError {
        var error = TransportError(code, details: unsafe String(cString: errorBuffer), endpoint: endpoint)
        if code == CURLE_ABORTED_BY_CALLBACK {
            error.kind = .cancelled
            error.reason = "the export was cancelled"
        } else if response.isTooLarge {
            error.kind = .responseTooLarge
            error.reason = "the response is larger than \(response.limit) bytes"
        }
        response.reset()
        return error
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
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_POST, 1)
        set(CURLOPT_USERAGENT, userAgent)
        // All encodings would be "": gzip is enough, and what is counted against the limit is decompressed.
        set(CURLOPT_ACCEPT_ENCODING, "gzip")
        // A redirected POST becomes a GET without a body, and custom headers follow it to anywhere.
        set(CURLOPT_FOLLOWLOCATION, 0)
        // Signals belong to the process, not to a library.
        set(CURLOPT_NOSIGNAL, 1)
        // The Collector closes idle connections after 60 s: do not be the one who sends in that very moment.
        set(CURLOPT_MAXAGE_CONN, 50)
        // The end of a request need not wait for a thread that resolves a name; it ends on its own.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let certificate = configuration.certificate {
            set(CURLOPT_CAINFO, certificate)
            set(CURLOPT_CAPATH, nil)
            // Read the file for each connection, so that a renewed one is seen.
            set(CURLOPT_CA_CACHE_TIMEOUT, 0)
        }
        if let certificate = configuration.clientCertificate, let key = configuration.clientKey {
            set(CURLOPT_SSLCERT, certificate)
            set(CURLOPT_SSLKEY, key)
        }
        check(unsafe CLibcurl_setopt_pointer(easy, CURLOPT_WRITEDATA, Unmanaged.passUnretained(response).toOpaque()))
        check(
            unsafe CLibcurl_setopt_data(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let context = unsafe context else { return 0 }
                let response = unsafe Unmanaged<ResponseBody>.fromOpaque(context).takeUnretainedValue()
                return unsafe response.append(UnsafeRawBufferPointer(start: bytes, count: size * count))
            }
        )
        return result
    }

    /// libcurl's own start-up, once a process.
    private static let globalCode = curl_global_init(Int(CURL_GLOBAL_ALL))
}
