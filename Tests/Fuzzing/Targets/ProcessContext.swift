import Metrics

@testable import ApplicationResources

extension FuzzTarget {
    /// The memory in which a process, perhaps a hostile one, says what it is: nothing is taken beyond the rules, and
    /// no more is read than they allow.
    static let processContext = FuzzTarget("process-context") { bytes in
        var refusals = RefusalCounts()
        var total = 0
        let context = try ProcessContext.read(at: 0, counting: &refusals) {
            count,
            address throws(ContextError) in
            total += count
            // The header is at the beginning; addresses beyond the bytes are not mapped.
            let start = Int(clamping: address)
            guard start < bytes.count else { return [] }
            return Array(bytes[start...].prefix(count))
        }
        try expect(total < 1 << 20, "\(total) bytes are read")
        try check(context.attributes)
    }

    /// Checks that `attributes` are within the rules.
    static func check(_ attributes: Attributes) throws {
        try expect(attributes.count <= AttributeRules.maximumCount, "\(attributes.count) attributes are taken")
        for attribute in attributes {
            let length = max(attribute.key.utf8.count, attribute.value.description.utf8.count)
            try expect(length <= AttributeRules.maximumLength, "\(attribute.key) has \(length) bytes")
        }
    }
}
