internal import CLibbpf
internal import Glibc

extension LoadedObject {
    /// Attaches a program with a `tp_btf/` or `iter/` section to the hook that the section names.
    ///
    /// One that is attached already stays as it is.
    ///
    /// - Throws: ``BPFError`` when there is no such program or the kernel refuses.
    package func attach(_ program: String) throws(BPFError) -> Link {
        let (found, descriptor) = try find(program: program)
        if let link = links[program] {
            let copy = fcntl(link, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else { throw BPFError(operation: "keep \(program) attached", code: errno) }
            return Link(descriptor: copy)
        }
        // The kernel remembers from the load which tracepoint a program is for.
        let link =
            found.hook.hasPrefix("iter/")
            ? bpf_link_create(descriptor, 0, BPF_TRACE_ITER, nil)
            : bpf_raw_tracepoint_open(nil, descriptor)
        guard link >= 0 else { throw BPFError(operation: "attach \(program)", code: -link) }
        return Link(descriptor: link)
    }

    /// Makes an iterator of a program with an `iter/` section.
    ///
    /// - Throws: ``BPFError`` when there is no such program or the kernel refuses.
    package func makeIterator(_ program: String) throws(BPFError) -> Iterator {
        Iterator(link: try attach(program), name: program)
    }

    /// What the kernel knows of a program.
    ///
    /// - Throws: ``BPFError`` when there is no such program.
    package func statistics(of program: String) throws(BPFError) -> ProgramStatistics {
        try ProgramStatistics(descriptor: find(program: program).descriptor, program: program)
    }

    /// The section of a program, which names the hook that it attaches to: `tp_btf/inet_sock_set_state`.
    package func hook(of program: String) -> String? {
        try? find(program: program).description.hook
    }
}
