import Metrics

@testable import OTLPExport

/// Samples for tests of the queue's rules.
protocol QueueScheduleTesting {}

extension QueueScheduleTesting {
    func schedule(memory: Int = 100, spool: Int = 1000) -> QueueSchedule {
        let policy = RetryPolicy(initial: .seconds(1), maximum: .seconds(8), multiplier: 2, randomization: 0)
        return QueueSchedule(memoryLimit: memory, spoolLimit: spool, timeout: .seconds(4), retryPolicy: policy)
    }

    func request(_ points: Int, size: Int = 10) -> QueuedRequest {
        let body = [UInt8](repeating: UInt8(points), count: size)
        let encoded = EncodedRequest(body: body, compression: .none, pointCount: points, time: .unknown)
        return QueuedRequest(pointCount: points, size: size, place: .memory(encoded))
    }

    func spooled(_ number: UInt64, size: Int = 10) -> QueuedRequest {
        QueuedRequest(pointCount: Int(number), size: size, place: .spool(number))
    }

    /// Adds `request` as one export; returns what had to be dropped, or nil if there was no room.
    func export(_ request: QueuedRequest, to schedule: inout QueueSchedule) -> [QueuedRequest]? {
        schedule.beginExport()
        guard let displaced = schedule.makeRoom(for: request.size, inSpool: request.isSpooled) else { return nil }
        schedule.append(request)
        return displaced
    }

    /// Begins to send the oldest.
    func send(_ schedule: inout QueueSchedule, at now: Duration) throws -> QueuedRequest {
        let step = schedule.next(at: now)
        guard case .send(let request) = step else {
            throw UnexpectedStep(step: step)
        }
        return request
    }
}

/// The schedule did not want to send a request.
private struct UnexpectedStep: Error {
    var step: QueueSchedule.Step
}
