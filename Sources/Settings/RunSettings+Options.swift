package import CommandSupport
internal import OTLPExport

extension RunSettings {
    /// What the options of the command line say.
    package struct Options: Sendable {
        /// The configuration file, if one is named.
        package var file: String?
        /// Whether to export once only.
        package var once: Bool
        /// Whether files are used to which others can write.
        package var allowsWritableFiles: Bool
        /// The settings that options give, in order.
        fileprivate var overlays: [@Sendable (inout RunSettings) throws(Failure) -> Void] = []

        /// Creates options that set nothing yet.
        package init(file: String? = nil, once: Bool = false, allowsWritableFiles: Bool = false) {
            (self.file, self.once, self.allowsWritableFiles) = (file, once, allowsWritableFiles)
        }

        /// The options with one for `setting`; nil means that the option is not given.
        package func with<Value>(_ setting: Setting<Value>, _ value: Value?) -> Options {
            guard let value else { return self }
            return adding { (settings) throws(Failure) in try setting.apply(value, to: &settings) }
        }

        /// The options with one for `setting`, whose `text` is checked with the other settings.
        package func with<Value>(_ setting: Setting<Value>, text: String?) -> Options {
            guard let text else { return self }
            return adding { (settings) throws(Failure) in
                let value: Value
                do throws(SettingMistake) {
                    value = try setting.value(of: text)
                } catch {
                    throw Failure(usage: "\(setting.name.option ?? setting.name.key): \(error)")
                }
                try setting.apply(value, to: &settings)
            }
        }

        private func adding(_ overlay: @escaping @Sendable (inout RunSettings) throws(Failure) -> Void) -> Options {
            var options = self
            options.overlays.append(overlay)
            return options
        }
    }

    /// Lays `options` over the settings.
    ///
    /// - Throws: ``Failure`` if they can't be followed.
    package mutating func apply(_ options: Options) throws(Failure) {
        for overlay in options.overlays {
            try overlay(&self)
        }
        // Collections continue while the Collector is slow; a single export is waited for.
        otlp.waitLimit = options.once ? nil : min(interval, Self.longestExportWait)
        try checkTogether()
    }

    /// Checks settings that are right alone but not together.
    private mutating func checkTogether() throws(Failure) {
        let addresses = listenerPlans.map(\.address).filter { $0.port != 0 }
        if let address = addresses.first, addresses.count > Set(addresses).count {
            throw Failure(
                usage: "health and metrics for Prometheus can't both be at \(address): choose another port for one"
            )
        }
        if let problem = attributionProblem ?? confinementProblem {
            throw Failure(usage: problem)
        }
        if otlp.spool != nil, otlp.spoolLimit < OTLPConfiguration.smallestSpool {
            warnings.append("a spool of \(otlp.spoolLimit) bytes has room for no request: what waits is in memory")
        }
    }
}
