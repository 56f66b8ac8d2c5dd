internal import System

/// Reads one process; it runs on a thread that the process can block.
enum ProcessReading {
    /// What is to be read.
    struct Request: Codable {
        /// The process.
        var process: Int32
        /// What is known of it; nil to read everything.
        var known: Known?

        /// Enough to find out whether a process has changed.
        struct Known: Codable {
            /// When it was started.
            var start: ProcessStart
            /// Its context, if it has one.
            var context: ProcessScan.Location?
        }
    }

    /// What was found.
    enum Answer: Codable {
        /// Nothing has changed.
        case unchanged
        /// All there is.
        case scanned(ProcessScan)
        /// The process does not exist.
        case gone
    }

    /// How much older than the process a context must be to be its parent's, in nanoseconds: starts have only 10 ms.
    private static let tolerance: UInt64 = 20_000_000

    /// Carries out `request`.
    static func answer(_ request: Request, with buffer: inout ScratchBuffer) -> Answer {
        guard let status = try? ProcessStatus.read(of: request.process, with: &buffer) else { return .gone }
        if let known = request.known, known.start == status.start, isUnchanged(known.context) {
            return .unchanged
        }
        guard let thread = status.thread(of: request.process) else { return .gone }
        let answer = scan(thread, status.start, with: &buffer)
        // The process may have been replaced by another with the same id in the meantime.
        guard let after = try? ProcessStatus.read(of: request.process, with: &buffer), after.start == status.start
        else { return .gone }
        return answer
    }

    /// Whether the context is still the same; a process without one is only looked at again when its time comes.
    private static func isUnchanged(_ context: ProcessScan.Location?) -> Bool {
        guard let context else { return true }
        return (try? ProcessContext.header(at: context.mapping, of: context.thread)) == context.header
    }

    private static func scan(_ thread: Int32, _ start: ProcessStart, with buffer: inout ScratchBuffer) -> Answer {
        var scan = ProcessScan(start: start)
        do throws(FileDescriptor.SystemCallError) {
            scan.statement.environment = try ProcessEnvironment.read(
                of: thread,
                with: &buffer,
                counting: &scan.refusals
            )
        } catch {
            guard !error.isGone else { return .gone }
            scan.refusals.add(error.isDenied ? .noAccess : .unmapped)
        }
        do throws(ContextError) {
            if let context = try ProcessContext.read(of: thread, with: &buffer, counting: &scan.refusals) {
                scan.context = .init(thread: thread, mapping: context.mapping, header: context.header)
                scan.statement.context = context.attributes
                // Times of the wall clock, as in older drafts, are later than each start.
                scan.statement.isInherited = context.header.published &+ tolerance < start.nanoseconds
            }
        } catch {
            guard case .refused(let refusal) = error else { return .gone }
            // Denied both times is said once.
            if scan.refusals[refusal] == 0 {
                scan.refusals.add(refusal)
            }
        }
        return .scanned(scan)
    }
}
