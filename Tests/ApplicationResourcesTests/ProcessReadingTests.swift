import Foundation
import Metrics
import TestSupport
import Testing

@testable import ApplicationResources
@testable import System

/// Real processes, some of them hostile, read from outside.
@Suite struct ProcessReadingTests {
    @Test func `a published context is read, and its attributes are those of the message`() throws {
        let publisher = try Publisher()
        try publisher.publish(["service.name": "shop", "service.namespace": "web", "team": "x", "container.id": "y"])
        let scan = try #require(read(publisher.id))
        #expect(scan.statement.context == ["service.name": "shop", "service.namespace": "web"])
        #expect(scan.statement.environment.isEmpty)
        #expect(!scan.statement.isInherited)
        #expect(scan.refusals == RefusalCounts())
        #expect(scan.context != nil)
    }

    @Test func `a context that is published again is noticed by its time`() throws {
        let publisher = try Publisher()
        try publisher.publish(["service.name": "a"])
        var buffer = ScratchBuffer(capacity: ProcessEnvironment.maximumLength)
        let first = try #require(read(publisher.id))
        let request = ProcessReading.Request(
            process: publisher.id,
            known: .init(start: first.start, context: first.context)
        )
        guard case .unchanged = ProcessReading.answer(request, with: &buffer) else {
            Issue.record("it has not changed")
            return
        }
        try publisher.publish(["service.name": "b"])
        guard case .scanned(let second) = ProcessReading.answer(request, with: &buffer) else {
            Issue.record("it has changed")
            return
        }
        #expect(second.statement.context == ["service.name": "b"])
        // Another process with the same id is another process.
        var reused = request
        reused.known?.start = ProcessStart(ticks: first.start.ticks - 1)
        guard case .scanned = ProcessReading.answer(reused, with: &buffer) else {
            Issue.record("the id was used again")
            return
        }
    }

    @Test func `the environment is that with which the program was started`() throws {
        let publisher = try Publisher(environment: [
            "OTEL_SERVICE_NAME": "shop", "OTEL_RESOURCE_ATTRIBUTES": "service.instance.id=1,service.token=x",
        ])
        let before = try #require(read(publisher.id))
        #expect(before.statement.environment == ["service.name": "shop", "service.instance.id": "1"])
        #expect(before.statement.context == nil)
        #expect(before.refusals[.credential] == 1)
        // What a program changes later can't be seen.
        try publisher("set environment", "OTEL_SERVICE_NAME", "other")
        #expect(read(publisher.id) == before)
    }

    @Test(
        arguments: [
            ("empty", .size), ("huge", .size), ("too long", .size), ("null", .unmapped), ("kernel", .unmapped),
            ("highest", .unmapped), ("half mapped", .unmapped), ("unreadable", .unmapped), ("being written", .changing),
            ("wrong signature", .signature), ("next version", .version), ("noise", .malformed), ("nested", .malformed),
        ] as [(String, Refusal)]
    )
    func `a hostile context is refused with its reason`(kind: String, refusal: Refusal) throws {
        let publisher = try Publisher(environment: ["OTEL_SERVICE_NAME": "fallback"])
        #expect(try publisher("hostile", kind) as? String == "ok")
        let scan = try #require(read(publisher.id))
        #expect(scan.statement.context == nil)
        #expect(scan.refusals.refusals == [refusal])
        #expect(scan.statement.environment == ["service.name": "fallback"])
    }

    @Test func `a context that changes all the time is refused, or read between two changes`() throws {
        let publisher = try Publisher()
        try publisher("hostile", "changing")
        for _ in 0..<100 {
            let scan = try #require(read(publisher.id))
            if scan.statement.context == nil {
                #expect(scan.refusals.refusals == [.changing])
            } else {
                #expect(scan.statement.context == ["service.name": "good"])
            }
        }
    }

    @Test func `of many attributes only some are taken`() throws {
        let publisher = try Publisher()
        try publisher("hostile", "many attributes")
        let scan = try #require(read(publisher.id))
        #expect(scan.statement.context?.count == AttributeRules.maximumCount)
        #expect(scan.statement.context?["service.name"] == "many")
        #expect(scan.refusals[.tooManyAttributes] == 2001 - AttributeRules.maximumCount)
    }

    @Test func `of many contexts only some are looked at`() throws {
        let publisher = try Publisher()
        try publisher("hostile", "many mappings")
        let scan = try #require(read(publisher.id))
        #expect(scan.statement.context == ["service.name": "good"])
        #expect(scan.refusals.refusals == [.tooManyContexts])
    }

    @Test func `sixty thousand other mappings hide a context no longer than they are read`() throws {
        let publisher = try Publisher()
        try publisher.publish(["service.name": "deep"])
        try publisher("hostile", "much memory")
        let time = ContinuousClock().measure {
            #expect(read(publisher.id)?.statement.context == ["service.name": "deep"])
        }
        #expect(time < .seconds(5))
    }

    @Test func `values that are no texts, not UTF-8, or have control characters are left out and counted`() throws {
        let publisher = try Publisher()
        try publisher.publish([
            "service.name": "shop", "service.list": ["a", "b"], "service.number": 7, "service.bytes": "\u{1b}[2J",
        ])
        let scan = try #require(read(publisher.id))
        #expect(scan.statement.context == ["service.name": "shop"])
        #expect(scan.refusals[.notText] == 2)
        #expect(scan.refusals[.characters] == 1)
        // Surrogates are how Python keeps bytes that are not UTF-8.
        try publisher("publish", [["service.name", "shop"], ["service.version", "a"], ["service.x", "\u{fffd}"]])
        #expect(read(publisher.id)?.statement.context?["service.version"] == "a")
    }

    @Test func `a process whose first thread has ended is read by another one`() throws {
        let publisher = try Publisher(environment: ["OTEL_SERVICE_NAME": "shop"], "--without-first-thread")
        try publisher.publish(["service.name": "a"])
        let deadline = ContinuousClock.now + .seconds(10)
        var buffer = ScratchBuffer(capacity: 4096)
        while try ProcessStatus.read(of: publisher.id, with: &buffer)?.isZombie != true, .now < deadline {}
        let scan = try #require(read(publisher.id))
        #expect(
            scan.statement == ProcessStatement(environment: ["service.name": "shop"], context: ["service.name": "a"])
        )
        #expect(scan.context?.thread != publisher.id)
    }

    @Test func `a forked child has no context, its parent's, or its own`() throws {
        let publisher = try Publisher()
        try publisher.publish(["service.name": "parent"])
        let child = try publisher.fork()
        #expect(read(child)?.statement.context == nil)
        try publisher("child", 0, "publish", [["service.name", "child"]])
        #expect(read(child)?.statement == ProcessStatement(context: ["service.name": "child"]))
        #expect(read(publisher.id)?.statement.context == ["service.name": "parent"])
    }

    @Test func `an inherited context is known as such, and the child's own counts more`() throws {
        let publisher = try Publisher()
        try publisher("publish inherited", [["service.name", "parent"]])
        // The start of a process is known in steps of 10 ms.
        Thread.sleep(forTimeInterval: 0.1)
        let child = try publisher.fork()
        #expect(
            read(child)?.statement == ProcessStatement(context: ["service.name": "parent"], isInherited: true)
        )
        try publisher("child", 0, "publish anew", [["service.name", "child"]])
        #expect(read(child)?.statement == ProcessStatement(context: ["service.name": "child"]))
    }

    @Test func `a process that is gone, or dies while it is read, is no error`() throws {
        #expect(read(Int32.max) == nil)
        let publisher = try Publisher()
        try publisher.publish(["service.name": "short"])
        let (id, deadline) = (publisher.id, ContinuousClock.now + .milliseconds(200))
        let killer = Thread {
            Thread.sleep(forTimeInterval: 0.05)
            kill(id, SIGKILL)
        }
        killer.start()
        var wasThere = false
        while ContinuousClock.now < deadline {
            let scan = read(id)
            wasThere = wasThere || scan != nil
            // Nothing in between: all of it, or nothing. What remains of a process has no memory.
            let context = scan?.statement.context
            #expect(context == nil || context == ["service.name": "short"])
        }
        #expect(wasThere)
        publisher.kill()
        #expect(read(id) == nil)
    }

    @Test(.enabled(if: getuid() == 0, "needs root"))
    func `a process in namespaces of its own is read like any other`() throws {
        let publisher = try Publisher(
            environment: ["OTEL_SERVICE_NAME": "shop"],
            in: ["unshare", "--pid", "--fork", "--user", "--map-root-user", "--mount", "--kill-child"]
        )
        try publisher.publish(["service.name": "a"])
        let id = Int32(try #require(try publisher("outer id") as? Int))
        let scan = try #require(read(id))
        #expect(
            scan.statement == ProcessStatement(environment: ["service.name": "shop"], context: ["service.name": "a"])
        )
        #expect(scan.refusals == RefusalCounts())
    }

    @Test(.enabled(if: getuid() == 0, "needs root"))
    func `without the right to read a process that is counted`() async {
        await #expect(processExitsWith: .success) {
            setgid(65_534)
            setuid(65_534)
            var buffer = ScratchBuffer(capacity: ProcessEnvironment.maximumLength)
            let request = ProcessReading.Request(process: 1, known: nil)
            guard case .scanned(let scan) = ProcessReading.answer(request, with: &buffer),
                scan.statement == ProcessStatement(), scan.refusals[.noAccess] == 1, scan.refusals.refusals.count == 1
            else { exit(1) }
            let access = ProcessAccess.examine()
            guard access.tried > 0, access.readable < access.tried, access.traceable < access.tried else { exit(2) }
            guard access.reasons.contains(where: { $0.contains("CAP_SYS_PTRACE") }) else { exit(3) }
            guard !access.isComplete else { exit(4) }
            // Many workloads, one line.
            var resources = ApplicationResources(.init(host: ["h"]))
            let workloads = (1...3 as ClosedRange<UInt64>).map { id in
                ObservedWorkload(id: id, name: .path("/\(id)"), attributes: [:]) { [1] }
            }
            let findings = resources.update(workloads, within: .seconds(9))
            exit(findings.notices == [Notices.denied] && resources.refusals[.noAccess] == 3 ? 0 : 5)
        }
    }

    @Test func `the right to read others is found by trying`() throws {
        let publisher = try Publisher()
        let access = ProcessAccess.examine()
        #expect(access.tried > 0)
        #expect(access.readable > 0)
        #expect(access.traceable > 0)
        // A security module may protect some from root as well, and then that is a reason.
        #expect(access.isComplete == access.reasons.isEmpty)
        withExtendedLifetime(publisher) {}
    }
}

/// Processes that block their readers.
@Suite(.serialized) struct ReadingThreadTests {
    @Test func `a process that blocks its reader holds up nobody, and is told`() throws {
        let hostile = try Publisher()
        guard try hostile("hostile", "endless") as? String == "ok" else {
            // The kernel does not let this user make such a page.
            return
        }
        let good = try Publisher()
        try good.publish(["service.name": "good"])
        var thread = ReadingThread()
        let requests = [good.id, hostile.id, good.id].map { ProcessReading.Request(process: $0, known: nil) }
        var outcome = ReadingThread.Outcome()
        let time = ContinuousClock().measure { outcome = thread.carryOut(requests, within: .milliseconds(100)) }
        #expect(outcome.answers.map(\.index) == [0])
        #expect(outcome.blocking == 1)
        #expect(time < .seconds(5))
        // The next ones get a thread that is not blocked.
        outcome = thread.carryOut([requests[0]], within: .seconds(5))
        #expect(outcome.answers.count == 1)
        #expect(outcome.blocking == nil)
        #expect(thread.leftBehindCount == 1)
        // The kernel lets go of the thread when the process ends.
        hostile.kill()
        let deadline = ContinuousClock.now + .seconds(10)
        while thread.leftBehindCount > 0, ContinuousClock.now < deadline {
            _ = thread.carryOut([], within: .zero)
            Thread.sleep(forTimeInterval: 0.01)
        }
        #expect(thread.leftBehindCount == 0)
    }

    @Test func `what does not fit into the time is left`() throws {
        var thread = ReadingThread()
        let requests = Array(repeating: ProcessReading.Request(process: getpid(), known: nil), count: 100_000)
        let outcome = thread.carryOut(requests, within: .milliseconds(20))
        #expect(outcome.answers.count < requests.count)
        #expect(outcome.answers.map(\.index) == Array(0..<outcome.answers.count))
        #expect(outcome.blocking == nil)
        #expect(thread.leftBehindCount == 0)
    }
}
