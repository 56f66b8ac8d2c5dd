internal import COTLP
internal import Metrics

extension ResourceMetrics {
    init(_ message: Wire.ResourceMetrics) throws(OTLPError) {
        let attributes = unsafe message.resource.map { unsafe Attributes($0.pointee) } ?? [:]
        let scopes = unsafe RepeatedField(start: message.scope_metrics, count: message.n_scope_metrics)
        self.init(
            resource: unsafe Resource(attributes: attributes, schemaURL: String(field: message.schema_url)),
            scopes: unsafe try scopes.compactMap { message throws(OTLPError) in unsafe try ScopeMetrics(message) }
        )
    }
}

extension ScopeMetrics {
    init(_ message: Wire.ScopeMetrics) throws(OTLPError) {
        let metrics = unsafe RepeatedField(start: message.metrics, count: message.n_metrics)
        self.init(
            scope: unsafe Scope(
                name: String(field: message.scope?.pointee.name),
                version: String(field: message.scope?.pointee.version),
                schemaURL: String(field: message.schema_url)
            ),
            metrics: unsafe try metrics.compactMap { message throws(OTLPError) in unsafe try Metric(message) }
        )
    }
}

extension Attributes {
    init(_ resource: Wire.Resource) {
        unsafe self.init(RepeatedField(start: resource.attributes, count: resource.n_attributes))
    }

    init(_ field: RepeatedField<Wire.KeyValue>) {
        self.init(
            unsafe field.compactMap { message in
                unsafe Attribute(String(field: message.key), AttributeValue(message.value?.pointee))
            }
        )
    }
}

extension String {
    /// The string of a field.
    ///
    /// It ends at the first NUL; bytes that are not UTF-8 become U+FFFD.
    init(field: UnsafePointer<CChar>?) {
        self = unsafe field.map { unsafe String(cString: $0) } ?? ""
    }
}
