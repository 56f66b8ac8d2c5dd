internal import CLibbpf
internal import Glibc

/// The reading end of a BPF ring buffer whose records all have one layout.
///
/// Programs do not wake the reader for each record, so it reads from time to time. When the buffer fills up, they do,
/// and ``wait(upTo:)`` returns early.
@safe
package struct RingBuffer<Record: BitwiseCopyable>: ~Copyable {
    /// The most records that ``read()`` returns at once.
    ///
    /// Few enough that `malloc` keeps the memory for them, instead of asking the kernel for new memory each time.
    package static var batchSize: Int { max((1 << 16) / MemoryLayout<Record>.stride, 1) }

    /// libbpf's handle; valid until `deinit` frees it, and never handed out.
    private let ring: OpaquePointer
    /// Where the records of one ``read()`` go; libbpf's callback knows it by its address.
    private let batch: UnsafeMutablePointer<RecordBatch>
    /// An epoll instance, ready only when a program wakes the reader, not whenever the buffer has records.
    private let wakeups: CInt
    private let name: String

    /// Takes the map of `descriptor` as a ring buffer.
    init(descriptor: CInt, name: String) throws(BPFError) {
        let wakeups = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard wakeups >= 0 else { throw BPFError(operation: "wait for \(name)", code: errno) }
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue | EPOLLET.rawValue
        guard unsafe epoll_ctl(wakeups, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            let code = errno
            close(wakeups)
            throw BPFError(operation: "wait for \(name)", code: code)
        }
        let batch = UnsafeMutablePointer<RecordBatch>.allocate(capacity: 1)
        unsafe batch.initialize(to: RecordBatch(stride: MemoryLayout<Record>.stride, count: Self.batchSize))
        guard let ring = unsafe ring_buffer__new(descriptor, RecordBatch.receive, batch, nil) else {
            let code = errno
            unsafe RecordBatch.free(batch)
            close(wakeups)
            throw BPFError(operation: "read \(name)", code: code)
        }
        unsafe self.ring = unsafe ring
        unsafe self.batch = unsafe batch
        self.wakeups = wakeups
        self.name = name
    }

    deinit {
        unsafe ring_buffer__free(ring)
        unsafe RecordBatch.free(batch)
        close(wakeups)
    }

    /// Takes the waiting records, oldest first, at most ``batchSize`` of them.
    ///
    /// - Throws: ``BPFError`` when a record has another size than `Record`.
    package func read() throws(BPFError) -> [Record] {
        unsafe batch.pointee.used = 0
        let code = unsafe ring_buffer__consume(ring)
        guard code >= 0 || code == RecordBatch.full else { throw BPFError(operation: "read \(name)", code: -code) }
        let count = unsafe batch.pointee.used / MemoryLayout<Record>.stride
        let records = unsafe batch.pointee.bytes.bindMemory(to: Record.self)
        return unsafe [Record](records.prefix(count))
    }

    /// Waits until a program wakes the reader, but not longer than `limit`.
    package func wait(upTo limit: Duration) {
        let (seconds, attoseconds) = limit.components
        let milliseconds = max(0, min(seconds, 3_600)) * 1_000 + attoseconds / 1_000_000_000_000_000
        var event = unsafe epoll_event()
        // Woken, timed out or interrupted: in each case the caller reads what there is.
        _ = unsafe epoll_wait(wakeups, &event, 1, CInt(max(0, milliseconds)))
    }
}

/// The memory that libbpf's callback copies records to.
@safe
private struct RecordBatch {
    /// The answer of the callback that ends the read: the record was taken, and there is no room for another one.
    static let full = -ENOBUFS

    let bytes: UnsafeMutableRawBufferPointer
    let stride: Int
    var used = 0

    init(stride: Int, count: Int) {
        unsafe bytes = .allocate(byteCount: stride * count, alignment: 16)
        self.stride = stride
    }

    /// Frees a batch and its memory.
    static func free(_ batch: UnsafeMutablePointer<RecordBatch>) {
        unsafe batch.pointee.bytes.deallocate()
        unsafe batch.deinitialize(count: 1)
        unsafe batch.deallocate()
    }

    /// Copies one record.
    ///
    /// libbpf removes it from the buffer whatever the answer is.
    static let receive: ring_buffer_sample_fn = { context, record, size in
        guard let batch = unsafe context?.assumingMemoryBound(to: RecordBatch.self), let record = unsafe record,
            unsafe size == batch.pointee.stride
        else { return -EBADMSG }
        let used = unsafe batch.pointee.used
        unsafe batch.pointee.bytes.baseAddress?.advanced(by: used).copyMemory(from: record, byteCount: size)
        unsafe batch.pointee.used = used + size
        return unsafe used + 2 * size <= batch.pointee.bytes.count ? 0 : full
    }
}

extension LoadedObject {
    /// The reading end of the ring buffer called `map`.
    ///
    /// It stays valid after this object.
    ///
    /// - Throws: ``BPFError`` when there is none.
    package func ringBuffer<Record: BitwiseCopyable>(_ map: String, of record: Record.Type = Record.self)
        throws(BPFError) -> RingBuffer<Record>
    {
        let (found, descriptor) = try find(map: map)
        guard found.isKind(BPF_MAP_TYPE_RINGBUF) else {
            throw BPFError(operation: "use \(map) as a ring buffer", code: EINVAL)
        }
        return try RingBuffer(descriptor: descriptor, name: map)
    }
}
