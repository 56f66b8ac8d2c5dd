internal import BPF

/// A program that is loaded and attached.
package struct LoadedProgram: Hashable, Sendable {
    /// Its name.
    package var name: String
    /// What it is attached to, in the form of libbpf's section names: `tp_btf/inet_sock_set_state`.
    package var hook: String

    init(_ name: String, of object: LoadedObject) {
        self.name = name
        hook = object.hook(of: name) ?? ""
    }

    static func list(_ names: [String], of object: LoadedObject) -> [LoadedProgram] {
        var programs: [LoadedProgram] = []
        for name in names {
            programs.append(LoadedProgram(name, of: object))
        }
        return programs
    }
}
