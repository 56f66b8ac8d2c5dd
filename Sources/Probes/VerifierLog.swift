/// The messages of libbpf and the verifier about programs that the kernel refused.
struct VerifierLog {
    /// The lines.
    let lines: [String]

    /// Reads a log.
    init(_ text: String) {
        lines = text.split(separator: "\n").map(String.init)
    }

    /// The program that was refused; `nil` if none was.
    var program: String? {
        lines.last { $0.contains("BPF program load failed") }?.split(separator: "'").dropFirst().first.map(String.init)
    }

    /// The verifier's last meaningful message: the instruction and what is wrong with it; `nil` if there is none.
    var words: String? {
        guard let begin = lines.lastIndex(where: { $0.contains("BEGIN PROG LOAD LOG") }) else { return nil }
        let said = lines[(begin + 1)...].prefix { !$0.contains("END PROG LOAD LOG") }.filter { line in
            !["processed ", "verification time", "stack depth", "mark_precise:"].contains { line.hasPrefix($0) }
        }
        return said.isEmpty ? nil : said.suffix(2).joined(separator: "; ")
    }

    /// Whether a program was refused because it would read arbitrary kernel memory.
    var isRefusalToRead: Bool {
        (words ?? "").contains("probe_read")
            && ["unknown func", "cannot use helper", "invalid func"].contains { (words ?? "").contains($0) }
    }

    /// Whether a program was refused because programs are not compiled.
    var wantsCompiler: Bool { (words ?? "").contains("JIT") }
}
