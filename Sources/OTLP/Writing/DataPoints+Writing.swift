internal import Metrics

/// The fields of `NumberDataPoint`.
struct NumberForm: WirePointForm {
    /// Whether the start is written.
    ///
    /// That of a gauge has no meaning (OpenTelemetry specification, `metrics/data-model.md`, "Gauge").
    let hasStart: Bool

    @inline(__always) func write(_ point: UnsafePointer<NumberDataPoint>, to sink: inout some WireSink) {
        if hasStart { sink.fixedUnlessZero(2, unsafe point.pointee.start.unixNanoseconds) }
        sink.fixedUnlessZero(3, unsafe point.pointee.time.unixNanoseconds)
        let flags = unsafe point.pointee.flags.rawValue
        // The end of a series has no value.
        if flags & DataPointFlags.endBit == 0 {
            switch unsafe point.pointee.value {
            case .double(let value): sink.fixed(4, value.bitPattern)
            case .int(let value): sink.fixed(6, UInt64(bitPattern: value))
            }
        }
        unsafe sink.attributes(7, of: point, \.attributes)
        sink.varintUnlessZero(8, UInt64(flags))
    }
}

/// The fields of `HistogramDataPoint`.
struct HistogramForm: WirePointForm {
    @inline(__always) func write(_ point: UnsafePointer<HistogramDataPoint>, to sink: inout some WireSink) {
        sink.fixedUnlessZero(2, unsafe point.pointee.start.unixNanoseconds)
        sink.fixedUnlessZero(3, unsafe point.pointee.time.unixNanoseconds)
        sink.fixedUnlessZero(4, unsafe point.pointee.count)
        sink.double(5, unsafe point.pointee.sum)
        sink.packed(6, fixed: unsafe point.pointee.bucketCounts)
        sink.packed(7, fixed: unsafe point.pointee.explicitBounds)
        unsafe sink.attributes(9, of: point, \.attributes)
        sink.varintUnlessZero(10, UInt64(unsafe point.pointee.flags.rawValue))
        sink.double(11, unsafe point.pointee.extremes.minimum)
        sink.double(12, unsafe point.pointee.extremes.maximum)
    }
}

/// The fields of `ExponentialHistogramDataPoint`.
struct ExponentialHistogramForm: WirePointForm {
    @inline(__always) func write(_ point: UnsafePointer<ExponentialHistogramDataPoint>, to sink: inout some WireSink) {
        unsafe sink.attributes(1, of: point, \.attributes)
        sink.fixedUnlessZero(2, unsafe point.pointee.start.unixNanoseconds)
        sink.fixedUnlessZero(3, unsafe point.pointee.time.unixNanoseconds)
        sink.fixedUnlessZero(4, unsafe point.pointee.count)
        sink.double(5, unsafe point.pointee.sum)
        sink.zigzagUnlessZero(6, unsafe point.pointee.scale)
        sink.fixedUnlessZero(7, unsafe point.pointee.zeroCount)
        sink.message(8, unsafe point.pointee.positive)
        if unsafe !point.pointee.negative.counts.isEmpty {
            sink.message(9, unsafe point.pointee.negative)
        }
        sink.varintUnlessZero(10, UInt64(unsafe point.pointee.flags.rawValue))
        sink.double(12, unsafe point.pointee.extremes.minimum)
        sink.double(13, unsafe point.pointee.extremes.maximum)
        // By value, because protobuf-c also leaves out the negative zero.
        let threshold = unsafe point.pointee.zeroThreshold
        if threshold != 0 { sink.fixed(14, threshold.bitPattern) }
    }
}

extension ExponentialHistogramDataPoint.Buckets: WireContent {
    /// Writes the fields of `Buckets`.
    @inline(__always) func write(to sink: inout some WireSink) {
        sink.zigzagUnlessZero(1, offset)
        sink.packed(2, varints: counts)
    }
}

extension WireSink {
    /// A repeated field with the attributes in a value.
    @inline(__always) mutating func attributes<Owner>(
        _ field: UInt8,
        of owner: UnsafePointer<Owner>,
        _ path: KeyPath<Owner, Attributes>
    ) {
        guard let place = unsafe owner.pointer(to: path) else { return }
        unsafe attributes(field, Attributes.wireBytes(field, at: place))
    }
}

extension DataPointFlags {
    /// The bit of ``noRecordedValue``, which can't be read without a call.
    fileprivate static let endBit: UInt32 = 1
}
