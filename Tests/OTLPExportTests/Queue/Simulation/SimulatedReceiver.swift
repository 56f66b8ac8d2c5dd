import Pipeline
import Synchronization
import TestSupport

@testable import OTLPExport

/// A receiver that accepts, fails, refuses or is slow, as its random numbers and the weather say, and during whose
/// attempts the process can be killed.
final class SimulatedReceiver: RequestSending {
    /// How it is doing.
    enum Weather: CaseIterable {
        case good, changeable, away, slow
    }

    /// What it does with a request.
    fileprivate enum Decision {
        case accept, busy, away, refuse, rejectSome, acceptPart, hold
        case kill(isDelivered: Bool)
    }

    fileprivate struct State {
        var random: SeededRandom
        var weather = Weather.good
        var busyCount = 0
        /// Whether an attempt may end the process.
        var isDeadly = false
        var isDead = false
        var mayHold = true
        var isShutDown = false
        var held: [Int] = []
        var releaseCount = 0
        var delivered: [Int] = []
        var refused: Set<Int> = []

        mutating func decide() -> Decision {
            let number = random.number(0...99)
            if isDeadly, number < 60 {
                return .kill(isDelivered: number < 30)
            }
            switch (weather, number) {
            case (.good, _): return .accept
            case (.away, _): return .away
            case (.slow, 0..<50): return mayHold ? .hold : .accept
            case (.slow, _): return .accept
            case (.changeable, 0..<45): return .accept
            case (.changeable, 45..<60) where busyCount < 3: return .busy
            case (.changeable, 45..<70): return .away
            case (.changeable, 70..<78): return .refuse
            case (.changeable, 78..<84): return .rejectSome
            case (.changeable, 84..<94): return .acceptPart
            case (.changeable, _): return mayHold ? .hold : .accept
            }
        }

        /// What it does with a request that it has held.
        mutating func decideAgain() -> Decision {
            let couldHold = mayHold
            mayHold = false
            defer { mayHold = couldHold }
            return decide()
        }
    }

    /// What a receiver that is away asks for: longer than the timeout of a request.
    fileprivate static let longBusy = Retry.soon(retryAfter: .seconds(1000))

    private let state: Mutex<State>
    private let onKill: @Sendable () -> Void
    /// Open while it holds a request.
    private let holds = SimulatedGate(staysOpen: true)
    private let releases = SimulatedGate()

    /// Creates a receiver; `onKill` is called at the moment in which the process is killed.
    init(_ random: SeededRandom, onKill: @escaping @Sendable () -> Void) {
        state = Mutex(State(random: random))
        self.onKill = onKill
    }

    /// How it is doing.
    var weather: Weather {
        get { state.withLock(\.weather) }
        set { state.withLock { $0.weather = newValue } }
    }

    /// Lets one of the next attempts kill the process.
    func setDeadly() { state.withLock { $0.isDeadly = true } }

    /// Whether it may be so slow that exports do not wait for it.
    func setHolding(_ mayHold: Bool) { state.withLock { $0.mayHold = mayHold } }

    /// Whether the process was killed.
    var isDead: Bool { state.withLock(\.isDead) }
    /// The points of the request that it has, without having answered.
    var held: [Int] { state.withLock(\.held) }
    /// The points that it has accepted, in their order.
    var delivered: [Int] { state.withLock(\.delivered) }
    /// The points that it has refused for good.
    var refused: Set<Int> { state.withLock(\.refused) }

    /// Waits until it holds a request, or the task is cancelled.
    func untilHeld() async { await holds.wait() }

    /// How many requests it has held and answered.
    var releaseCount: Int { state.withLock(\.releaseCount) }

    /// Lets it answer what it holds.
    func release() { releases.open() }

    func send(_ request: EncodedRequest, timeout: Duration) async -> SendResult {
        var decision = state.withLock { $0.decide() }
        if case .hold = decision {
            state.withLock { $0.held = SimulatedRequest.points(request) }
            holds.open()
            await releases.wait()
            holds.close()
            decision = state.withLock { state in
                state.held = []
                state.releaseCount += 1
                return state.decideAgain()
            }
        }
        if case .kill(let isDelivered) = decision, !isDead {
            state.withLock { state in
                if isDelivered { state.delivered += SimulatedRequest.points(request) }
                state.isDead = true
            }
            onKill()
        }
        return state.withLock { $0.answer(request, decision) }
    }

    func shutdown() async {
        state.withLock { $0.isShutDown = true }
        release()
    }
}

extension SimulatedReceiver.State {
    fileprivate mutating func answer(_ request: EncodedRequest, _ decision: SimulatedReceiver.Decision) -> SendResult {
        var result = SendResult()
        result.outcome.attempts = 1
        func failed(_ rest: EncodedRequest, _ failure: ExportOutcome.Failure, _ retry: Retry) {
            let problem = ExportProblem(failure: failure, reason: "simulated")
            result.undelivered = Undelivered(request: rest, problem: problem, retry: retry)
        }
        guard !isShutDown else {
            failed(request, .cancelled, .later)
            return result
        }
        // What a dead process does is nowhere.
        guard !isDead else {
            failed(request, .status(503), SimulatedReceiver.longBusy)
            return result
        }
        let points = SimulatedRequest.points(request)
        busyCount = 0
        switch decision {
        case .accept, .hold, .kill:
            delivered += points
            result.outcome.add(ExportOutcome(acceptedPoints: points.count, status: 200))
        case .busy:
            busyCount += 1
            failed(request, .status(503), .soon(retryAfter: nil))
        case .away:
            failed(request, .transport, SimulatedReceiver.longBusy)
        case .refuse:
            refused.formUnion(points)
            result.outcome.add(ExportOutcome(droppedPoints: points.count, status: 400, failure: .status(400)))
        case .rejectSome:
            delivered += points.dropFirst()
            refused.formUnion(points.prefix(1))
            result.outcome.add(ExportOutcome(acceptedPoints: points.count - 1, rejectedPoints: 1, status: 200))
        case .acceptPart:
            guard points.count > 1 else { return answer(request, .accept) }
            delivered += points.prefix(1)
            result.outcome.add(ExportOutcome(acceptedPoints: 1, status: 200))
            let rest = SimulatedRequest.encoded(Array(points.dropFirst()), size: request.body.count)
            failed(rest, .status(503), SimulatedReceiver.longBusy)
        }
        return result
    }
}
