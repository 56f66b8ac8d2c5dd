/// The header fields of a message, in their order; names have no case.
public struct HTTPFields: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// One line of the header.
    public struct Field: Hashable, Sendable {
        /// The name as it was written.
        public var name: String
        /// The value.
        public var value: String
    }

    /// All fields.
    public private(set) var fields: [Field] = []

    /// Creates fields from names and values.
    public init(_ fields: some Sequence<(name: String, value: String)>) {
        self.fields = fields.map { Field(name: $0.name, value: $0.value) }
    }

    /// Creates fields from names and values.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { (name: $0.0, value: $0.1) })
    }

    /// The value of the first field named `name`.
    public subscript(name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name.lowercased() == name }?.value
    }

    /// The list that the fields named `name` are together (RFC 9110, section 5.3), or nil if there is none.
    public func list(_ name: String) -> String? {
        let name = name.lowercased()
        let values = fields.lazy.filter { $0.name.lowercased() == name }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }
}

/// A request with its whole body.
public struct HTTPRequest: Hashable, Sendable {
    /// The method, such as `POST`.
    public var method: String
    /// The path without the query, as it was sent.
    public var path: String
    /// What follows the question mark, or nil.
    public var query: String?
    /// The header fields.
    public var headers: HTTPFields
    /// The body, still in its `Content-Encoding`.
    public var body: [UInt8]
    /// Who sent it, as `host:port`, or nil if that is not known any more.
    public var peer: String?

    /// Creates a request.
    public init(
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

/// An answer to a request.
public struct HTTPResponse: Hashable, Sendable {
    /// The status, such as 200.
    public var status: Int
    /// The header fields; `Content-Length` and `Connection` are added, and `Date` where it is not there.
    public var headers: HTTPFields
    /// The body.
    public var body: [UInt8]

    /// Creates a response.
    public init(status: Int, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Creates a response of plain text.
    public init(status: Int, text: String) {
        self.init(status: status, headers: ["Content-Type": "text/plain; charset=utf-8"], body: Array(text.utf8))
    }
}
