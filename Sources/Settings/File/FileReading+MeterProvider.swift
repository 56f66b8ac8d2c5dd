import Configuration
import Metrics
import Probes

extension RunSettings.ExporterKind {
    /// The key of the exporter in a reader.
    var key: String {
        switch self {
        case .otlp: "otlp_http"
        case .console: "console"
        case .prometheus: "prometheus/development"
        }
    }
}

extension FileReading {
    private typealias ExporterKind = RunSettings.ExporterKind

    /// When the metrics are collected, and how long that may take.
    struct Period: Equatable {
        var interval: Duration
        var timeout: Duration?
    }

    /// Reads `meter_provider`: readers, each with an exporter of another kind.
    mutating func readMeterProvider(_ provider: inout Section) {
        // There are no exemplars to filter.
        _ = provider.choice("exemplar_filter", from: ["always_on": (), "always_off": (), "trace_based": ()])
        provider.cannotFollow("views", "meter_configurator/development")
        // It is about views, which can't be set here.
        _ = provider.ignore("view_matching_mode/development")
        provider.sections("readers", isRequired: true) { reader in
            switch reader.one(of: "periodic", "pull") {
            case "periodic": reader.section("periodic", isPresence: true) { readPeriodic(&$0) }
            case "pull": reader.section("pull", isPresence: true) { readPull(&$0) }
            default: return
            }
        }
        if let period {
            (settings.interval, settings.timeout) = (period.interval, period.timeout)
        }
        settings.probes.cardinalityLimit = cardinalityLimit ?? settings.probes.cardinalityLimit
    }

    private mutating func readPeriodic(_ section: inout Section) {
        section.cannotFollow("producers")
        let timeout = RunSetting.timeout.value(in: &section)
        let period = Period(
            interval: RunSetting.interval.value(in: &section) ?? defaults.interval,
            timeout: timeout ?? defaults.timeout
        )
        if let first = self.period, first != period {
            section.refuse(
                "interval",
                "interval and timeout must be those of the other periodic reader; one pass serves both"
            )
        }
        self.period = self.period ?? period
        readCardinality(&section)
        section.section("exporter", isRequired: true) { exporter in
            exporter.renamed(["otlp": "otlp_http, which speaks http/protobuf to port 4318"])
            guard let key = exporter.one(of: ExporterKind.otlp.key, ExporterKind.console.key) else { return }
            let kind = key == ExporterKind.otlp.key ? ExporterKind.otlp : .console
            add(kind, &exporter)
            exporter.section(key, isPresence: true) { kind == .otlp ? readOTLP(&$0) : readConsole(&$0) }
        }
    }

    private mutating func readPull(_ section: inout Section) {
        section.cannotFollow("producers")
        readCardinality(&section)
        section.section("exporter", isRequired: true) { exporter in
            exporter.renamed(["prometheus": "prometheus/development"])
            guard let key = exporter.one(of: ExporterKind.prometheus.key) else { return }
            add(.prometheus, &exporter)
            exporter.section(key, isPresence: true) { readPrometheus(&$0) }
        }
    }

    private mutating func readPrometheus(_ section: inout Section) {
        RunSetting.prometheusHost.read(&section, into: &settings)
        RunSetting.prometheusPort.read(&section, into: &settings)
        // A file may ask for what is done anyway, by the names of all versions.
        for key in ["scope_info_enabled", "target_info_enabled/development", "target_info_enabled"] {
            section.only(true, at: key)
        }
        for key in ["without_scope_info", "without_target_info/development", "without_target_info"] {
            section.only(false, at: key)
        }
        for key in ["resource_constant_labels", "with_resource_constant_labels"] {
            section.section(key) { $0.onlyNothing() }
        }
        _ = section.choice(
            "translation_strategy",
            from: ["underscore_escaping_with_suffixes": (), "UnderscoreEscapingWithSuffixes": ()]
        )
        section.renamed([
            "without_units": "translation_strategy, of which only underscore_escaping_with_suffixes can be followed",
            "without_type_suffix":
                "translation_strategy, of which only underscore_escaping_with_suffixes can be followed",
        ])
    }

    private mutating func readConsole(_ section: inout Section) {
        _ = section.choice("temporality_preference", from: ["cumulative": ()])
        settings.consoleHistograms = histograms(&section)
    }

    /// Reads the form in which an exporter gets histograms.
    func histograms(_ section: inout Section) -> HistogramAggregation {
        section.choice("default_histogram_aggregation", from: Choices()) ?? .explicitBuckets
    }

    private static let instruments = [
        "counter", "gauge", "histogram", "observable_counter", "observable_gauge", "observable_up_down_counter",
        "up_down_counter",
    ]

    private mutating func readCardinality(_ section: inout Section) {
        let given =
            section.section("cardinality_limits") { limits in
                let limit = RunSetting.cardinalityLimit.value(in: &limits)
                for kind in Self.instruments {
                    let own = limits.integer(kind, in: 1...Int.max)
                    if own ?? limit ?? settings.probes.cardinalityLimit != limit ?? settings.probes.cardinalityLimit {
                        limits.refuse(kind, "it must be the default; the limit is one for all kinds here")
                    }
                }
                return limit
            } ?? nil
        let limit = given ?? settings.probes.cardinalityLimit
        if let first = cardinalityLimit, first != limit {
            section.refuse("cardinality_limits", "the default must be that of the other reader; one pass serves both")
        }
        cardinalityLimit = cardinalityLimit ?? limit
    }

    private mutating func add(_ kind: ExporterKind, _ section: inout Section) {
        guard !settings.exporters.contains(kind) else {
            section.refuse(kind.key, "there is one already; tcplens has one of a kind")
            return
        }
        settings.exporters.append(kind)
    }
}
