package import Metrics

/// A request whose size is known, and whose bytes are not yet written.
package struct MeasuredRequest: ~Copyable {
    private let content: MeasuredContent<RequestFields>

    /// Measures `metrics`.
    package init(_ metrics: [ResourceMetrics]) {
        content = MeasuredContent(RequestFields(metrics: metrics), messageCount: metrics.pointCount + 64)
    }

    /// The number of bytes.
    package var size: Int { content.size }

    /// Writes the request as ``ExportRequest/encode(_:)`` describes.
    package func bytes() -> [UInt8] { content.bytes() }

    /// Replaces what is in `buffer` by the request.
    ///
    /// Memory that the process has not used yet costs more than to write to it, so a buffer that is used again saves
    /// most of the time.
    package func write(to buffer: inout [UInt8]) { content.write(to: &buffer) }
}
