internal import Glibc

/// Standard output or standard error, written at once and whole.
///
/// `print` keeps what it is given until a buffer is full when the other end is a pipe; what a person follows with
/// `| grep` must come line by line.
public enum StandardStream: CInt, Sendable {
    /// Where data goes.
    case output = 1
    /// Where logs and complaints go.
    case error = 2

    /// Writes `text` as it is; a closed pipe and a full disk are nobody's business here.
    public func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(rawValue, $0.baseAddress, $0.count) }
            guard count > 0 else {
                guard count < 0, errno == EINTR else { return }
                continue
            }
            rest = rest.dropFirst(count)
        }
    }
}
