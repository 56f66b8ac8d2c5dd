internal import NIOCore

/// Closes a connection in two steps: first the output, then the rest, when the client has closed its side or after a
/// time limit.
///
/// If a socket is closed while the client is still sending, the kernel resets the connection and the last response may
/// be lost (RFC 9112, section 9.6). Input that arrives in between is discarded.
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
        // If the client has closed its side, this closes everything; otherwise its closing does.
        context.close(mode: mode, promise: promise)
        // The handlers after this one may have stopped reading.
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
