internal import Glibc

extension StandardStream {
    /// Whether it is a stream of systemd's journal.
    ///
    /// - Parameter variable: The value of `JOURNAL_STREAM`, which names the stream by device and inode. A program that
    ///   has redirected its output still has the variable, so only the comparison counts.
    package func isJournal(_ variable: String?) -> Bool {
        guard let variable else { return false }
        var status = stat()
        guard unsafe fstat(rawValue, &status) == 0 else { return false }
        return variable == "\(status.st_dev):\(status.st_ino)"
    }
}
