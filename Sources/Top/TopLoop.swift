import CommandSupport
import Dispatch
import Glibc
package import Logging
import Metrics
package import Probes
internal import Readings
internal import Rendering
internal import SnapshotView
internal import System

/// Reads the probes at intervals and shows the result, until there is a reason to end.
package struct TopLoop {
    /// What to show, and how long.
    package struct Settings: Sendable {
        /// The environment variables, for colours and characters.
        package var environment: [String: String] = [:]
        /// The name of the machine.
        package var host = ""
        /// The kernel's version.
        package var kernel = ""
        /// The observation scope.
        package var scope = ObservationScope.own
        /// The interval between readings.
        package var interval = Duration.seconds(1)
        /// The number of frames; `nil` for no limit.
        package var count: Int?
        /// The initial grouping of connections.
        package var grouping = TopGrouping.state

        /// Creates default settings.
        package init() {}
    }

    /// The width of a line in a file, if no setting says otherwise.
    private static let columns = 80

    private let settings: Settings
    private let logger: Logger
    private let place: TopFrame.Place
    /// The stocks, counted in a separate pass, because the agent's pass does not know containers.
    private let stocks: ConnectionGroupProbe
    private var names: SnapshotNames
    /// The flows.
    private let probes: TCPProbes
    /// Divides the gaps by their reasons.
    private var gaps = Gaps()
    private let clock = ContinuousClock()
    /// Whether frames are drawn over each other on a terminal, instead of written one below the other.
    private let isScreen: Bool
    private var style: OutputStyle
    private var model = TopModel()
    /// What a paused display shows.
    private var still: TopModel?
    private var view = TopFrame.View()
    private var screen = TopScreen()
    private var keys = TopKeys()
    private var frames = 0
    /// Whether the screen is out of date.
    private var isStale = false

    /// Runs on its own thread, because reading and writing block.
    ///
    /// - Throws: ``Failure`` when the programs can't be loaded or read, or the output can't be written.
    package static func run(_ settings: Settings, logger: Logger) async throws {
        let queue = DispatchQueue(label: "tcplens.top")
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async {
                continuation.resume(
                    with: Result {
                        // From here on, a signal first restores the terminal.
                        try TopTerminal.watchSignals()
                        var loop = try TopLoop(settings, logger: logger)
                        try loop.run()
                    }
                )
            }
        }
    }

    private init(_ settings: Settings, logger: Logger) throws(Failure) {
        (self.settings, self.logger) = (settings, logger)
        names = SnapshotNames(settings.scope)
        do {
            stocks = try ConnectionGroupProbe(.init(settings.scope, by: TopGrouping.counted, listeners: true))
            let options = TCPProbes.Options(scope: settings.scope, rttPeriod: .seconds(1))
            let probes = try TCPProbes(options, start: .now)
            for limitation in probes.limitations {
                logger.notice("\(limitation)")
            }
            logger.debug("observing with \(probes.programs.joined(separator: ", "))")
            place = TopFrame.Place(
                host: settings.host,
                kernel: settings.kernel,
                interval: settings.interval,
                scope: settings.scope,
                limitations: probes.limitations.map(\.description)
            )
            self.probes = probes
        } catch {
            throw Failure("\(error)")
        }
        style = OutputStyle(.output, environment: settings.environment)
        isScreen =
            StandardStream.output.isTerminal && !["", "dumb"].contains(settings.environment["TERM", default: ""])
        style.isColoured = style.isColoured && isScreen
        view.grouping = settings.grouping
        view.hasKeys = isScreen && isatty(STDIN_FILENO) == 1
    }

    private mutating func run() throws {
        if isScreen { try TopTerminal.enter() }
        // Before the programs are unloaded, which takes a while.
        defer { TopTerminal.leave() }
        do {
            try collectPeriodically()
        } catch let failure as StandardStream.Failure where failure.isClosedPipe || failure.code == EIO {
            // Nobody reads the output any more.
        } catch let error as ProbeError {
            throw Failure("\(error)")
        } catch let error as ReadingError {
            throw Failure("\(error)")
        }
    }

    private mutating func collectPeriodically() throws {
        var next = clock.now
        while true {
            // Waiting events come first. So many keys at once make only one frame, and a signal to stop makes none.
            let wait = isStale ? .zero : max(clock.now.duration(to: next), .zero)
            if let event = TopTerminal.next(within: wait) {
                guard handle(event) else { return }
            } else if isStale {
                try draw()
            } else if clock.now >= next {
                try collect()
                guard frames < settings.count ?? .max else { return }
                // If a collection took longer than the interval, the missed times are skipped.
                next = max(next.advanced(by: settings.interval), clock.now)
            }
        }
    }

    private mutating func collect() throws {
        let time = Timestamp.now
        var stocks = Snapshot(groups: try stocks.count(), scope: settings.scope)
        names.name(&stocks, namespaces: false)
        let taken = probes.read(at: time)
        let reading = TopReading(
            stocks.groups,
            containers: stocks.containers.merging(stocks.workloads) { $1 },
            scope: stocks.scope,
            try taken.activity.get(),
            since: taken.epoch,
            losses: gaps.losses(try taken.upkeep.get().losses)
        )
        model.add(reading, time: time, at: clock.now)
        if !model.hasRates { logger.debug("the first reading is done; rates come with the next") }
        // A screen shows what there is, but in a file each frame is complete.
        guard isScreen || model.hasRates else { return }
        try draw()
        frames += model.hasRates ? 1 : 0
    }

    /// Handles an event.
    ///
    /// Returns whether to continue.
    private mutating func handle(_ event: TopTerminal.Event) -> Bool {
        switch event {
        case .gone, .stop:
            return false
        case .suspend:
            TopTerminal.suspend()
            screen.forget()
        case .resumed:
            TopTerminal.resume()
            screen.forget()
        case .resized:
            break
        case .key(let byte):
            guard let action = keys.action(of: byte) else { return true }
            guard perform(action) else { return false }
        }
        isStale = isScreen
        return true
    }

    /// Handles a key.
    ///
    /// Returns whether to continue.
    private mutating func perform(_ action: TopKeys.Action) -> Bool {
        view.notice = nil
        switch action {
        case .quit: return false
        case .group(let grouping): view.grouping = grouping
        case .pause:
            view.isPaused.toggle()
            still = view.isPaused ? model : nil
        case .help: view.showsHelp.toggle()
        case .redraw: screen.forget()
        case .unknown(let key): view.notice = "no key \(key): q quits, h shows the others"
        }
        return true
    }

    private mutating func draw() throws(StandardStream.Failure) {
        isStale = false
        let output = StandardStream.output
        let size: TopFrame.Size
        if isScreen {
            size = TopFrame.Size(columns: output.columns ?? Self.columns, rows: output.lines ?? 24)
        } else {
            let wanted = settings.environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
            size = TopFrame.Size(columns: output.columns ?? wanted ?? Self.columns)
        }
        let lines = TopFrame(still ?? model, at: place, view, size: size, style: style).lines
        if isScreen {
            let text = screen.text(of: lines, size: size, style)
            guard !text.isEmpty else { return }
            try output.write(text)
        } else {
            let separator = frames > 0 ? "\n" : ""
            try output.write(separator + lines.map { $0.text(style) + "\n" }.joined())
        }
    }
}
