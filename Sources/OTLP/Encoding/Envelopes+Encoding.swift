internal import COTLP
internal import Metrics

extension Wire.ExportMetricsServiceRequest {
    init(_ metrics: [ResourceMetrics], in arena: Arena) {
        unsafe self = .empty
        let resources = unsafe arena.store(
            metrics.filter { $0.pointCount > 0 },
            as: Wire.ResourceMetrics.init(_:in:)
        )
        unsafe (resource_metrics, n_resource_metrics) = (resources.start, resources.count)
    }
}

extension Wire.ResourceMetrics {
    init(_ metrics: ResourceMetrics, in arena: Arena) {
        unsafe self = .empty
        unsafe resource = arena.store(Wire.Resource(metrics.resource, in: arena))
        let scopes = unsafe arena.store(
            metrics.scopes.filter { $0.metrics.contains { $0.data.pointCount > 0 } },
            as: Wire.ScopeMetrics.init(_:in:)
        )
        unsafe (scope_metrics, n_scope_metrics) = (scopes.start, scopes.count)
        unsafe schema_url = arena.store(metrics.resource.schemaURL)
    }
}

extension Wire.Resource {
    init(_ resource: Resource, in arena: Arena) {
        unsafe self = .empty
        let attributes = unsafe arena.store(resource.attributes, as: Wire.KeyValue.init(_:in:))
        unsafe (self.attributes, n_attributes) = (attributes.start, attributes.count)
    }
}

extension Wire.ScopeMetrics {
    init(_ metrics: ScopeMetrics, in arena: Arena) {
        unsafe self = .empty
        unsafe scope = arena.store(Wire.InstrumentationScope(metrics.scope, in: arena))
        let stored = unsafe arena.store(
            metrics.metrics.filter { $0.data.pointCount > 0 },
            as: Wire.Metric.init(_:in:)
        )
        unsafe (self.metrics, n_metrics) = (stored.start, stored.count)
        unsafe schema_url = arena.store(metrics.scope.schemaURL)
    }
}

extension Wire.InstrumentationScope {
    init(_ scope: Scope, in arena: Arena) {
        unsafe self = .empty
        unsafe name = arena.store(scope.name)
        unsafe version = arena.store(scope.version)
    }
}

extension Wire.KeyValue {
    init(_ attribute: Attribute, in arena: Arena) {
        unsafe self = .empty
        unsafe key = arena.store(attribute.key)
        unsafe value = arena.store(Wire.AnyValue(attribute.value, in: arena))
    }
}

extension Wire.AnyValue {
    init(_ value: AttributeValue, in arena: Arena) {
        unsafe self = .empty
        switch value {
        case .string(let value):
            unsafe value_case = .string
            unsafe string_value = arena.store(value)
        case .bool(let value):
            unsafe value_case = .bool
            unsafe bool_value = value ? 1 : 0
        case .int(let value):
            unsafe value_case = .int
            unsafe int_value = value
        case .double(let value):
            unsafe value_case = .double
            unsafe double_value = value
        }
    }
}
