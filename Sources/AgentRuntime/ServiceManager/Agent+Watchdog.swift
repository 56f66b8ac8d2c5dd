import System

extension Agent {
    /// Starts to give signs of life to the service manager; nil if it does not watch.
    ///
    /// They come from the agent itself, so there are none if it hangs. And they need what `/livez` needs: a collection
    /// loop that turns.
    func watchdog() -> Task<Void, Never>? {
        guard let interval = report?.signInterval else { return nil }
        return Task { [clock = surroundings.clock] in
            while !Task.isCancelled {
                report?.giveSign(health.liveness)
                try? await clock.sleep(for: interval)
            }
        }
    }
}
