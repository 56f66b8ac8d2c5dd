import Probes

extension Check {
    /// The check of the directory where programs and counters are to be pinned, if they are.
    ///
    /// Blocks the thread.
    static func pinnedState(_ path: String?) -> Check {
        let name = "pinned state"
        guard let path else { return .ok(name, "none: programs and counters end with the agent") }
        do throws(PinError) {
            guard let count = try PinDirectory.examine(path) else { return .ok(name, "\(path) can be made") }
            let content = count == 0 ? "" : "; it has \(count) programs, links and maps"
            return .ok(name, "\(path) is free\(content)")
        } catch {
            let command = "findmnt -T \(path); ls -ld \(path); pgrep -a tcplens"
            return .failed(name, "\(error)", Remedy("See what is there, whose it is, and which agents run", command))
        }
    }
}
