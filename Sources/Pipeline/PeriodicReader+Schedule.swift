internal import System

extension PeriodicReader {
    /// Uses another schedule from the next round on.
    ///
    /// A round that is already due keeps its time.
    package func replace(schedule: RoundSchedule) {
        self.schedule = schedule
    }

    /// Makes the next round due as soon as the first one is after a start.
    package func expedite() {
        due = schedule.first(at: clock.now())
    }

    /// How long it is until the next round is due.
    package var timeUntilNextRound: Duration {
        max(due - clock.now(), .zero)
    }

    /// Runs the round that is due, and schedules the next one.
    ///
    /// A round that takes longer than the schedule allows is cancelled, which ends its exports early. Its failures say
    /// so.
    package nonisolated func scheduledRound() async -> Round {
        let round = await limitedRound()
        await noteEnd()
        return round
    }

    /// Runs a round between those of the schedule, within the same limits; none of them moves.
    package nonisolated func additionalRound() async -> Round {
        await limitedRound()
    }

    private func noteEnd() {
        due = schedule.next(after: due, endedAt: clock.now(), epoch: epoch)
    }

    /// Runs one round within the timeout of the schedule.
    private nonisolated func limitedRound() async -> Round {
        guard let limit = await schedule.timeout else { return await round() }
        return await withTaskGroup(of: Round?.self) { [clock] group in
            group.addTask { await self.round() }
            group.addTask {
                try? await clock.sleep(limit)
                return nil
            }
            let first = await group.next() ?? nil
            let isLate = first == nil && !Task.isCancelled
            group.cancelAll()
            var round = first ?? Round()
            for await late in group {
                round = late ?? round
            }
            round.timeout = isLate ? limit : nil
            return round
        }
    }
}
