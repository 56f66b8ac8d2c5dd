internal import CYAML

extension YAMLNode {
    /// The document as text.
    ///
    /// - Parameter isOnOneLine: Whether to write it all on one line, in braces and brackets, rather than by
    ///   indentation.
    /// - Returns: The text, which ends with a line break.
    /// - Throws: ``YAMLError`` if there is no memory for it.
    package func text(isOnOneLine: Bool = false) throws(YAMLError) -> String {
        let writer = try YAMLWriter(isOnOneLine: isOnOneLine)
        try writer.write(self)
        return writer.text
    }
}

/// Writes nodes with libyaml's emitter, which knows what must be quoted.
@safe private final class YAMLWriter {
    /// The output so far.
    private final class Output {
        var bytes: [UInt8] = []
    }

    private let emitter: UnsafeMutablePointer<yaml_emitter_t>
    private let output = Output()
    private let isOnOneLine: Bool

    init(isOnOneLine: Bool) throws(YAMLError) {
        self.isOnOneLine = isOnOneLine
        unsafe emitter = .allocate(capacity: 1)
        guard unsafe yaml_emitter_initialize(emitter) == 1 else {
            unsafe emitter.deallocate()
            throw YAMLError(reason: "out of memory")
        }
        unsafe yaml_emitter_set_unicode(emitter, 1)
        // No line is too long.
        unsafe yaml_emitter_set_width(emitter, -1)
        let context = unsafe Unmanaged.passUnretained(output).toOpaque()
        unsafe yaml_emitter_set_output(
            emitter,
            { context, bytes, count in
                guard let context = unsafe context else { return 0 }
                let output = unsafe Unmanaged<Output>.fromOpaque(context).takeUnretainedValue()
                unsafe output.bytes += UnsafeBufferPointer(start: bytes, count: count)
                return 1
            },
            context
        )
    }

    deinit {
        unsafe yaml_emitter_delete(emitter)
        unsafe emitter.deallocate()
    }

    var text: String { String(decoding: output.bytes, as: UTF8.self) }

    func write(_ root: YAMLNode) throws(YAMLError) {
        try unsafe emit { unsafe yaml_stream_start_event_initialize($0, YAML_UTF8_ENCODING) }
        try unsafe emit { unsafe yaml_document_start_event_initialize($0, nil, nil, nil, 1) }
        try write(node: root)
        try unsafe emit { unsafe yaml_document_end_event_initialize($0, 1) }
        try unsafe emit { unsafe yaml_stream_end_event_initialize($0) }
    }

    private func write(node: YAMLNode) throws(YAMLError) {
        switch node.content {
        case .scalar(let scalar):
            try write(scalar)
        case .sequence(let items):
            let style = isOnOneLine ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE
            try unsafe emit { unsafe yaml_sequence_start_event_initialize($0, nil, nil, 1, style) }
            for item in items {
                try write(node: item)
            }
            try unsafe emit { unsafe yaml_sequence_end_event_initialize($0) }
        case .mapping(let entries):
            let style = isOnOneLine ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE
            try unsafe emit { unsafe yaml_mapping_start_event_initialize($0, nil, nil, 1, style) }
            for entry in entries {
                try write(YAMLNode.Scalar(entry.key, isPlain: true))
                try write(node: entry.value)
            }
            try unsafe emit { unsafe yaml_mapping_end_event_initialize($0) }
        }
    }

    /// The emitter quotes a plain scalar where it has to.
    private func write(_ scalar: YAMLNode.Scalar) throws(YAMLError) {
        let style = scalar.isPlain ? YAML_PLAIN_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE
        var text = Array(scalar.text.utf8)
        let count = Int32(clamping: text.count)
        // The emitter does not read from an empty text, but refuses NULL.
        text.append(0)
        try unsafe emit { event in
            unsafe text.withUnsafeBufferPointer { bytes in
                unsafe yaml_scalar_event_initialize(event, nil, nil, bytes.baseAddress, count, 1, 1, style)
            }
        }
    }

    private func emit(_ make: (UnsafeMutablePointer<yaml_event_t>) -> Int32) throws(YAMLError) {
        var event = unsafe yaml_event_t()
        // The emitter frees the event, also when it fails.
        guard unsafe make(&event) == 1, unsafe yaml_emitter_emit(emitter, &event) == 1 else {
            throw YAMLError(reason: "it cannot be written")
        }
    }
}
