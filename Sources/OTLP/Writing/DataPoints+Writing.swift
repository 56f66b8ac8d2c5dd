internal import Metrics

extension NumberDataPoint {
    /// Writes the fields of `NumberDataPoint`.
    @inline(__always) func write(to sink: inout some WireSink, hasStart: Bool) {
        if hasStart { sink.fixedUnlessZero(2, start.unixNanoseconds) }
        sink.fixedUnlessZero(3, time.unixNanoseconds)
        // The end of a series has no value. (`isEnd` would take a copy of the point.)
        if flags.rawValue & 1 == 0 {
            switch value {
            case .double(let value): sink.fixed(4, value.bitPattern)
            case .int(let value): sink.fixed(6, UInt64(bitPattern: value))
            }
        }
        sink.attributes(7, attributes)
        sink.varintUnlessZero(8, UInt64(flags.rawValue))
    }
}

extension HistogramDataPoint: WireContent {
    /// Writes the fields of `HistogramDataPoint`.
    @inline(__always) func write(to sink: inout some WireSink) {
        sink.fixedUnlessZero(2, start.unixNanoseconds)
        sink.fixedUnlessZero(3, time.unixNanoseconds)
        sink.fixedUnlessZero(4, count)
        sink.double(5, sum)
        sink.packed(6, fixed: bucketCounts)
        sink.packed(7, fixed: explicitBounds)
        sink.attributes(9, attributes)
        sink.varintUnlessZero(10, UInt64(flags.rawValue))
        sink.double(11, extremes.minimum)
        sink.double(12, extremes.maximum)
    }
}

extension ExponentialHistogramDataPoint: WireContent {
    /// Writes the fields of `ExponentialHistogramDataPoint`.
    @inline(__always) func write(to sink: inout some WireSink) {
        sink.attributes(1, attributes)
        sink.fixedUnlessZero(2, start.unixNanoseconds)
        sink.fixedUnlessZero(3, time.unixNanoseconds)
        sink.fixedUnlessZero(4, count)
        sink.double(5, sum)
        sink.zigzagUnlessZero(6, scale)
        sink.fixedUnlessZero(7, zeroCount)
        sink.message(8) { sink in positive.write(to: &sink) }
        if !negative.counts.isEmpty {
            sink.message(9) { sink in negative.write(to: &sink) }
        }
        sink.varintUnlessZero(10, UInt64(flags.rawValue))
        sink.double(12, extremes.minimum)
        sink.double(13, extremes.maximum)
        // By value, because protobuf-c also leaves out the negative zero.
        if zeroThreshold != 0 { sink.fixed(14, zeroThreshold.bitPattern) }
    }
}

extension ExponentialHistogramDataPoint.Buckets: WireContent {
    /// Writes the fields of `Buckets`.
    @inline(__always) func write(to sink: inout some WireSink) {
        sink.zigzagUnlessZero(1, offset)
        sink.packed(2, varints: counts)
    }
}
