internal import Glibc

extension StandardStream {
    /// Whether it is a stream of systemd's journal.
    ///
    /// A program whose output was redirected still has the variable, so only the comparison counts.
    ///
    /// - Parameter variable: The value of `JOURNAL_STREAM`, which names the stream by device and inode.
    /// - Returns: Whether it is that stream.
    package func isJournal(_ variable: String?) -> Bool {
        guard let variable else { return false }
        var status = stat()
        guard unsafe fstat(rawValue, &status) == 0 else { return false }
        return variable == "\(status.st_dev):\(status.st_ino)"
    }
}
