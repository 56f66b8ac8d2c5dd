internal import CLibcurl

/// A list of headers, which libcurl does not copy.
@safe final class HeaderList {
    private(set) var first: UnsafeMutablePointer<curl_slist>?

    init(_ headers: [OTLPHeader], contentType: String, compression: OTLPConfiguration.Compression) {
        append("Content-Type: \(contentType)")
        if compression == .gzip {
            append("Content-Encoding: gzip")
        }
        // libcurl would ask before it sends more than 1 MiB, and wait a second for a response that few receivers give.
        append("Expect:")
        for header in headers {
            // "Name:" would remove a header; "Name;" sends an empty one.
            append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
    }

    deinit {
        unsafe curl_slist_free_all(first)
    }

    private func append(_ line: String) {
        // On failure it returns NULL, and the old list is unchanged.
        if let list = unsafe curl_slist_append(first, line) {
            unsafe first = unsafe list
        }
    }
}
