internal import CYAML

/// The events of libyaml's parser for a text.
@safe final class YAMLEvents {
    /// An event.
    enum Event {
        case start
        case documentStart
        case documentEnd
        case end
        case alias(anchor: String)
        case scalar(YAMLNode.Scalar, anchor: String?)
        case sequenceStart(anchor: String?)
        case sequenceEnd
        case mappingStart(anchor: String?)
        case mappingEnd
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>

    /// Creates a parser of `text`, in UTF-8 or UTF-16.
    ///
    /// - Throws: ``YAMLError`` if there is no memory for it.
    init(_ text: [UInt8]) throws(YAMLError) {
        unsafe parser = .allocate(capacity: 1)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.deallocate()
            throw YAMLError(reason: "out of memory")
        }
        // The parser reads the text as it goes, so it must stay where it is.
        unsafe self.text = .allocate(capacity: text.count)
        _ = unsafe self.text.initialize(fromContentsOf: text)
        unsafe yaml_parser_set_input_string(parser, self.text.baseAddress, text.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe text.deallocate()
    }

    /// The next event, and where it begins.
    ///
    /// - Throws: ``YAMLError`` if what follows is not YAML.
    func next() throws(YAMLError) -> (event: Event, position: YAMLNode.Position) {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure }
        defer { unsafe yaml_event_delete(&event) }
        return (try unsafe Self.event(event), unsafe Self.position(event.start_mark))
    }

    private var failure: YAMLError {
        // libyaml's messages never quote the text.
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "it cannot be parsed"
        guard unsafe parser.pointee.error != YAML_READER_ERROR else {
            return YAMLError(reason: "\(problem), \(unsafe parser.pointee.problem_offset) bytes from the start")
        }
        return unsafe YAMLError(position: Self.position(parser.pointee.problem_mark), reason: problem)
    }

    private static func event(_ event: yaml_event_t) throws(YAMLError) -> Event {
        let data = unsafe event.data
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: return .start
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return unsafe .alias(anchor: string(data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let bytes = unsafe UnsafeBufferPointer(start: data.scalar.value, count: data.scalar.length)
            let scalar = unsafe YAMLNode.Scalar(
                String(decoding: bytes, as: UTF8.self),
                isPlain: data.scalar.style == YAML_PLAIN_SCALAR_STYLE,
                tag: string(data.scalar.tag)
            )
            return unsafe .scalar(scalar, anchor: string(data.scalar.anchor))
        case YAML_SEQUENCE_START_EVENT: return unsafe .sequenceStart(anchor: string(data.sequence_start.anchor))
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT: return unsafe .mappingStart(anchor: string(data.mapping_start.anchor))
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        default: return .end
        }
    }

    private static func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        unsafe text.map { unsafe String(cString: $0) }
    }

    private static func position(_ mark: yaml_mark_t) -> YAMLNode.Position {
        YAMLNode.Position(line: mark.line + 1, column: mark.column + 1)
    }
}
