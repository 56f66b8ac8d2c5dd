internal import BPF

/// Wraps a link, which can't be copied, so that it can be in an array.
final class AttachedProgram {
    private let link: Link

    private init(_ link: consuming Link) {
        self.link = link
    }

    /// Attaches programs of a loaded object.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses one of them.
    static func attach(_ programs: [String], of object: LoadedObject) throws(BPFError) -> [AttachedProgram] {
        var attached: [AttachedProgram] = []
        for program in programs {
            attached.append(AttachedProgram(try object.attach(program)))
        }
        return attached
    }

    /// Attaches programs of the agent, and pins them if it is pinned.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses one of them.
    static func attach(_ programs: [String], of agent: AgentObject) throws(BPFError) -> [AttachedProgram] {
        var attached: [AttachedProgram] = []
        for program in programs {
            attached.append(AttachedProgram(try agent.attach(program)))
        }
        return attached
    }
}
