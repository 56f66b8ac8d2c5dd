internal import NIOCore

/// Closes in two steps: closing the output ends what is sent, and the rest when the client has closed too, or after a limit.
///
/// A socket that is closed while the client still sends is reset, and the last answer may be lost with it (RFC 9112,
/// section 9.6). What still comes is thrown away.
final class LingeringClose: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let limit: TimeAmount
    private var end: Scheduled<Void>?

    init(_ limit: TimeAmount) {
        self.limit = limit
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output, end == nil {
            let channel = context.channel
            end = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        }
        // Where the client has closed its side already, this closes all, and so does the client's closing after this.
        context.close(mode: mode, promise: promise)
        // The handlers behind may have stopped reading.
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if end == nil {
            context.fireChannelRead(data)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if end == nil {
            context.fireChannelReadComplete()
        } else {
            context.read()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        context.fireChannelInactive()
    }
}
