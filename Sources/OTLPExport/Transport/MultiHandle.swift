internal import CLibcurl
internal import System

/// A libcurl multi handle that performs one transfer at a time and owns the kept connection.
///
/// It is needed for `curl_multi_wakeup`, the only call of libcurl that another thread may make, and so the way to end a
/// transfer at once. A progress callback would only be called once a second while nothing arrives.
@safe final class MultiHandle: Sendable {
    // Used by the thread that performs the transfer; other threads only call curl_multi_wakeup, which libcurl allows.
    // They hold a reference to this object, so the handle is valid.
    private nonisolated(unsafe) let handle: UnsafeMutableRawPointer

    init?() {
        guard let handle = unsafe curl_multi_init() else { return nil }
        unsafe self.handle = unsafe handle
    }

    deinit {
        unsafe curl_multi_cleanup(handle)
    }

    /// Performs the transfer of `easy` and returns the result; `CURLE_ABORTED_BY_CALLBACK` if it was cancelled.
    func perform(_ easy: UnsafeMutableRawPointer, cancellation: Cancellation) -> CURLcode {
        guard unsafe curl_multi_add_handle(handle, easy) == CURLM_OK else { return CURLE_FAILED_INIT }
        // Ends the transfer if it is still running; otherwise keeps the connection.
        defer { unsafe curl_multi_remove_handle(handle, easy) }
        cancellation.onCancel { [self] in _ = unsafe curl_multi_wakeup(handle) }
        defer { cancellation.onCancel(nil) }

        var running: Int32 = 1
        while true {
            guard !cancellation.isCancelled else { return CURLE_ABORTED_BY_CALLBACK }
            guard unsafe curl_multi_perform(handle, &running) == CURLM_OK else { return CURLE_FAILED_INIT }
            if running == 0 { break }
            // Returns early for libcurl's timers, too; a second is only the longest time between two checks.
            guard unsafe curl_multi_poll(handle, nil, 0, 1000, nil) == CURLM_OK else { return CURLE_FAILED_INIT }
        }
        var remaining: Int32 = 0
        while let message = unsafe curl_multi_info_read(handle, &remaining) {
            if unsafe message.pointee.msg == CURLMSG_DONE { return unsafe message.pointee.data.result }
        }
        return CURLE_FAILED_INIT
    }
}
