internal import COTLP
internal import Metrics

/// The fields that all kinds of data points share.
protocol WireDataPoint: WireMessage {
    // C pointers are imported like this.
    // swift-format-ignore: NeverUseImplicitlyUnwrappedOptionals
    var attributes: UnsafeMutablePointer<UnsafeMutablePointer<Wire.KeyValue>?>! { get set }
    // swift-format-ignore: AlwaysUseLowerCamelCase
    var n_attributes: Int { get set }
    // swift-format-ignore: AlwaysUseLowerCamelCase
    var start_time_unix_nano: UInt64 { get set }
    // swift-format-ignore: AlwaysUseLowerCamelCase
    var time_unix_nano: UInt64 { get set }
    var flags: UInt32 { get set }
}

extension Wire.NumberDataPoint: WireDataPoint {}
extension Wire.HistogramDataPoint: WireDataPoint {}
extension Wire.ExponentialHistogramDataPoint: WireDataPoint {}

extension WireDataPoint {
    /// Creates a message with the fields that all kinds of points share.
    init(common point: some DataPoint, in arena: Arena) {
        self = .empty
        let attributes = unsafe arena.store(point.attributes, as: Wire.KeyValue.init(_:in:))
        unsafe (self.attributes, n_attributes) = (attributes.start, attributes.count)
        start_time_unix_nano = point.start.unixNanoseconds
        time_unix_nano = point.time.unixNanoseconds
        flags = point.flags.rawValue
    }

    /// The attributes as a value.
    var decodedAttributes: Attributes {
        unsafe Attributes(RepeatedField(start: attributes, count: n_attributes))
    }
}
