internal import System

/// Reads one process; it runs on a thread that the process can block.
enum ProcessReading {
    /// What is to be read.
    struct Request {
        /// The process.
        var process: Int32
        /// What is known of it; nil to read everything.
        var known: Known?

        /// Enough to find out whether a process has changed.
        struct Known {
            /// When it was started.
            var start: ProcessStart
            /// Its context, if it has one.
            var context: ProcessScan.Location?
        }
    }

    /// What was found.
    enum Answer {
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
        guard let start = try? ProcessStart.read(of: request.process, with: &buffer) else { return .gone }
        if let known = request.known, known.start == start, isUnchanged(known.context, of: request.process) {
            return .unchanged
        }
        return scan(request.process, start, with: &buffer)
    }

    /// Whether the context is still the same; a process without one is only looked at again when its time comes.
    private static func isUnchanged(_ context: ProcessScan.Location?, of process: Int32) -> Bool {
        guard let context else { return true }
        return (try? ProcessContext.header(at: context.mapping, of: process)) == context.header
    }

    private static func scan(_ process: Int32, _ start: ProcessStart, with buffer: inout ScratchBuffer) -> Answer {
        var scan = ProcessScan(start: start)
        do throws(FileDescriptor.SystemCallError) {
            scan.statement.environment = try ProcessEnvironment.read(
                of: process,
                with: &buffer,
                counting: &scan.refusals
            )
        } catch {
            guard !error.isGone else { return .gone }
            scan.refusals.add(error.isDenied ? .noAccess : .unmapped)
        }
        do throws(ContextError) {
            if let context = try ProcessContext.read(of: process, with: &buffer, counting: &scan.refusals) {
                scan.context = .init(mapping: context.mapping, header: context.header)
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
        // The process may have been replaced by another with the same id in the meantime.
        guard (try? ProcessStart.read(of: process, with: &buffer)) == start else { return .gone }
        return .scanned(scan)
    }
}
