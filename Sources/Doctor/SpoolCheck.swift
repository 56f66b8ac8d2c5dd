import OTLPExport
import System

extension Check {
    /// The check of a spool at `path` with a limit of `limit` bytes.
    ///
    /// Blocks the thread.
    static func spool(_ path: String, limit: Int) -> Check {
        do throws(SpoolError) {
            let spool = try SpoolExamination(path)
            let waiting = spool.requestCount == 0 ? "" : ", \(spool.requestCount) requests wait in it"
            let found = "\(path) \(spool.isMade ? "is writable and free" : "can be made")\(waiting)"
            guard let room = spool.room, room < limit else { return .ok("spool", found) }
            return .warning(
                "spool",
                "\(found); \(ByteCount(limit)) may wait there, and there is room for \(ByteCount(room - room % 1024))",
                Remedy("Make room, or let less wait (--spool-limit)", "df -h \(path)")
            )
        } catch {
            switch error.kind {
            case .failed:
                let remedy = Remedy("Name a directory that tcplens can write to (--spool)", "findmnt -T \(path)")
                return .warning("spool", "\(error); what waits would be lost with the process", remedy)
            case .locked:
                return .failed("spool", "\(error)", Remedy("See what has it", "cat \(path)/lock"))
            case .misconfigured:
                return .failed("spool", "\(error)", Remedy("See whose it is", "ls -ld \(path)"))
            }
        }
    }
}
