/// The header fields of a message, in order; names are case-insensitive.
package struct HTTPFields: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// A field.
    package struct Field: Hashable, Sendable {
        /// The name as written.
        package var name: String
        /// The value.
        package var value: String
    }

    /// All fields.
    package private(set) var fields: [Field] = []

    /// Creates fields from names and values.
    package init(_ fields: some Sequence<(name: String, value: String)>) {
        self.fields = fields.map { Field(name: $0.name, value: $0.value) }
    }

    /// Creates fields from names and values.
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { (name: $0.0, value: $0.1) })
    }

    /// The value of the first field named `name`.
    package subscript(name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name.lowercased() == name }?.value
    }

    /// The combined value of all fields named `name` (RFC 9110, section 5.3), or nil if no field has this name.
    package func list(_ name: String) -> String? {
        let name = name.lowercased()
        let values = fields.lazy.filter { $0.name.lowercased() == name }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }
}

/// A request with its complete body.
package struct HTTPRequest: Hashable, Sendable {
    /// The method, such as `POST`.
    package var method: String
    /// The path without the query, as it was sent.
    package var path: String
    /// The part after the question mark, or nil.
    package var query: String?
    /// The header fields.
    package var headers: HTTPFields
    /// The body, still encoded as `Content-Encoding` says.
    package var body: [UInt8]
    /// The client as `host:port`, or nil if it is not known any more.
    package var peer: String?

    /// Creates a request.
    package init(
        method: String,
        path: String,
        query: String? = nil,
        headers: HTTPFields = [:],
        body: [UInt8] = [],
        peer: String? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
    }
}

/// A response to a request.
package struct HTTPResponse: Hashable, Sendable {
    /// The status, such as 200.
    package var status: Int
    /// The header fields; the server adds `Content-Length`, `Connection`, and `Date` if it is missing.
    package var headers: HTTPFields
    /// The body.
    package var body: [UInt8]

    /// Creates a response.
    package init(status: Int, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Creates a response with plain text.
    package init(status: Int, text: String) {
        self.init(status: status, headers: ["Content-Type": "text/plain; charset=utf-8"], body: Array(text.utf8))
    }
}
