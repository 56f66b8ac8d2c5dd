import Metrics
import Testing

@testable import ApplicationResources

/// What is read from the files of `/proc` and from a header, without a process.
@Suite struct ProcessFileTests {
    private func environment(_ variables: String..., isCut: Bool = false) -> (Attributes, RefusalCounts) {
        var refusals = RefusalCounts()
        let block = Array(variables.joined(separator: "\0").utf8)
        let attributes = ProcessEnvironment.attributes(in: block[...], isCut: isCut, counting: &refusals)
        return (attributes, refusals)
    }

    @Test func `only two variables are looked at`() {
        let (attributes, refusals) = environment(
            "SECRET=service.name=x",
            "OTEL_SERVICE_NAMES=y",
            "XOTEL_SERVICE_NAME=z",
            "OTEL_SERVICE_NAME=shop",
            "",
            "=",
            "OTEL_RESOURCE_ATTRIBUTES=service.name=other,service.namespace=n%20m,team=t,deployment.environment.name=p"
        )
        #expect(
            attributes == ["service.name": "shop", "service.namespace": "n m", "deployment.environment.name": "p"]
        )
        #expect(refusals == RefusalCounts())
    }

    @Test func `the first of two equal variables counts, as for getenv`() {
        #expect(environment("OTEL_SERVICE_NAME=a", "OTEL_SERVICE_NAME=b").0 == ["service.name": "a"])
    }

    @Test func `an empty variable says nothing`() {
        #expect(environment("OTEL_SERVICE_NAME=", "OTEL_RESOURCE_ATTRIBUTES= ").0.isEmpty)
    }

    @Test func `a malformed list is counted and leaves the name`() {
        let (attributes, refusals) = environment("OTEL_RESOURCE_ATTRIBUTES=a", "OTEL_SERVICE_NAME=n")
        #expect(attributes == ["service.name": "n"])
        #expect(refusals[.malformedList] == 1)
    }

    @Test func `what is not UTF-8 or too long is counted`() {
        var refusals = RefusalCounts()
        let bytes = Array("OTEL_SERVICE_NAME=".utf8) + [0xff, 0xfe]
        #expect(ProcessEnvironment.attributes(in: bytes[...], counting: &refusals).isEmpty)
        #expect(refusals[.notText] == 1)
        let long = String(repeating: "a=b,", count: ProcessEnvironment.maximumListLength / 4 + 1)
        #expect(environment("OTEL_RESOURCE_ATTRIBUTES=\(long)").1[.malformedList] == 1)
        let list = String(repeating: "service.a=b,", count: ProcessEnvironment.maximumListLength / 12)
        #expect(environment("OTEL_RESOURCE_ATTRIBUTES=\(list)").0 == ["service.a": "b"])
    }

    @Test func `a variable that is cut off is not taken`() {
        #expect(environment("OTEL_SERVICE_NAME=shop", isCut: true).0.isEmpty)
        #expect(environment("OTEL_SERVICE_NAME=shop", "X", isCut: true).0 == ["service.name": "shop"])
    }

    @Test(
        arguments: [
            ("7f0000001000-7f0000002000 rw-p 00000000 00:01 1234     [anon_shmem:OTEL_CTX]", 0x7f00_0000_1000),
            ("7f0000001000-7f0000002000 rw-p 00000000 00:00 0        [anon:OTEL_CTX]", 0x7f00_0000_1000),
            ("55d0a000-55d0b000 r--p 00000000 00:01 99 /memfd:OTEL_CTX (deleted)", 0x55d0_a000),
            ("55d0a000-55d0b000 r--p 00000000 00:01 99 /tmp/OTEL_CTX", nil),
            ("55d0a000-55d0b000 r--p 00000000 00:01 99 /tmp/x /memfd:OTEL_CTX", nil),
            ("55d0a000-55d0b000 r--p 00000000 00:01 99 [anon:MY_OTEL_CTX]", nil),
            ("OTEL_CTX", nil), ("", nil), ("zz-1 r--p 00000000 00:01 99 [anon:OTEL_CTX]", nil),
            ("fffffffffffffffff-1 r--p 0 00:01 99 [anon:OTEL_CTX]", nil),
        ] as [(String, UInt64?)]
    )
    func `a mapping is known by its name`(line: String, address: UInt64?) {
        #expect(ContextMappings.address(Array(line.utf8)[...]) == address)
    }

    @Test func `the start of a process comes after a name with anything in it`() {
        let fields = (3...52).map { $0 == 22 ? "4711" : "\($0)" }.joined(separator: " ")
        let status = ProcessStatus(stat: Array("12 (a) 1 (b ) 5) \(fields)\n".utf8)[...])
        #expect(status?.start.ticks == 4711)
        #expect(status?.isZombie == false)
        let zombie = fields.replacing(/^3/, with: "Z")
        #expect(ProcessStatus(stat: Array("12 (a) \(zombie)".utf8)[...])?.isZombie == true)
        for text in ["", "12 (a", "12 (a) S 1 2", "12 (a) \(fields)".replacing("4711", with: "x")] {
            #expect(ProcessStatus(stat: Array(text.utf8)[...]) == nil)
        }
        #expect(ProcessStart(ticks: .max).nanoseconds == .max)
    }

    @Test func `a header has a signature, a version and three numbers`() throws {
        func bytes(_ signature: String, _ version: UInt8) -> [UInt8] {
            Array(signature.utf8) + [version, 0, 0, 0, 1, 2, 0, 0]
                + [3, 0, 0, 0, 0, 0, 0, 0x80] + [4, 5, 0, 0, 0, 0, 0, 0]
        }
        let header = try ContextHeader(bytes("OTEL_CTX", 2))
        #expect(header == ContextHeader(size: 513, published: 1 << 63 | 3, address: 1284))
        #expect(throws: ContextError.refused(.signature)) { try ContextHeader(bytes("OTEL_CTY", 2)) }
        #expect(throws: ContextError.refused(.version)) { try ContextHeader(bytes("OTEL_CTX", 1)) }
        #expect(throws: ContextError.refused(.unmapped)) { try ContextHeader(Array(bytes("OTEL_CTX", 2).dropLast())) }
    }

    /// A process whose memory changes whenever a header was read.
    private func readChanging(_ published: [UInt64]) throws(ContextError) -> (ProcessContext, reads: Int) {
        var (times, reads) = (published[...], 0)
        // ProcessContext { resource { attributes { key: "service.name", value { string_value: "ab" } } } }
        let name = Array("service.name".utf8)
        let message: [UInt8] = [10, 22, 10, 20, 10, 12] + name + [18, 4, 10, 2] + Array("ab".utf8)
        var refusals = RefusalCounts()
        let context = try ProcessContext.read(at: 0x1000, counting: &refusals) { count, address in
            reads += 1
            guard address == 0x1000 else { return Array(message.prefix(count)) }
            let time = times.count > 1 ? times.removeFirst() : times[times.startIndex]
            return Array("OTEL_CTX".utf8) + [2, 0, 0, 0, UInt8(message.count), 0, 0, 0]
                + (0..<8).map { UInt8(truncatingIfNeeded: time >> ($0 * 8)) } + [0, 0x20, 0, 0, 0, 0, 0, 0]
        }
        return (context, reads)
    }

    @Test func `a change while a context is read is noticed, and it is read again at most twice`() throws {
        let (first, reads) = try readChanging([5, 5])
        #expect(first.attributes == ["service.name": "ab"])
        #expect(reads == 3)
        // Being written, then changed during the reading, then at rest.
        let (third, more) = try readChanging([0, 6, 7, 7])
        #expect(third.header.published == 7)
        #expect(more == 7)
        #expect(throws: ContextError.refused(.changing)) { try readChanging([1, 2, 3, 4, 5, 6, 7]) }
        #expect(throws: ContextError.refused(.changing)) { try readChanging([0]) }
        #expect(throws: ContextError.refused(.changing)) { try readChanging([1, 0, 2, 0, 3, 0]) }
    }
}
