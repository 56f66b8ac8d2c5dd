import FoundationEssentials
import Observations
import Pipeline
import Probes

/// Saves series next to the pinned counters that they are made of, so that the next agent continues them.
final class SeriesKeeper {
    private let probes: TCPProbes
    private let say: @Sendable (String) -> Void
    private var hasSaidFailure = false

    /// Creates a keeper for `probes`, which says once if it fails.
    init(of probes: TCPProbes, say: @escaping @Sendable (String) -> Void) {
        (self.probes, self.say) = (probes, say)
    }

    /// The series that an agent before this one has saved; nil if there are none.
    var saved: ObservedSeries? {
        guard let bytes = probes.savedSeries, !bytes.isEmpty else { return nil }
        do {
            return try JSONDecoder().decode(ObservedSeries.self, from: Data(bytes))
        } catch {
            say(
                "the saved series can't be read, so those that were added up begin anew: \(error)"
            )
            return nil
        }
    }

    /// Saves the series.
    func save(_ series: ObservedSeries) {
        do {
            try probes.save(series: [UInt8](try JSONEncoder().encode(series)))
        } catch {
            guard !hasSaidFailure else { return }
            hasSaidFailure = true
            say("what the next agent needs to continue can't be saved, so its counters will begin anew: \(error)")
        }
    }
}

extension ExportMemory {
    /// What the reader of the agent before this one has saved, if anything.
    var readerState: ReaderState? {
        saved.flatMap { try? JSONDecoder().decode(ReaderState.self, from: Data($0)) }
    }

    /// Saves the state of a reader between two rounds.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    func save(_ reader: PeriodicReader) async throws {
        let state = await reader.saved { _, state in state }
        try save([UInt8](try JSONEncoder().encode(state)))
    }
}
