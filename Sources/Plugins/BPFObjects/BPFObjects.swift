import Foundation
import PackagePlugin

/// Compiles each `bpf/NAME.bpf.c` with the toolchain's own clang and embeds the object as `NAME_elf`.
@main
struct BPFObjects: BuildToolPlugin {
    /// The objects to compile, listed because SwiftPM does not watch `bpf/` for new files.
    static let objects = ["agent", "groups", "trace"]

    #if arch(arm64)
        private static let architecture = "arm64"
        private static let multiarch = "aarch64-linux-gnu"
    #else
        private static let architecture = "x86"
        private static let multiarch = "x86_64-linux-gnu"
    #endif

    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let bpf = context.package.directoryURL.appending(path: "bpf")
        // Any source may include any other.
        let inputs = try files(below: bpf)
        let output = context.pluginWorkDirectoryURL
        let clang = try context.tool(named: "clang").url
        return try Self.objects.map { name in
            let source = bpf.appending(path: "\(name).bpf.c")
            let object = output.appending(path: "\(name).bpf.o")
            // The wrapper is the only declared output: SwiftPM would copy a declared `.o` as a resource.
            let wrapper = output.appending(path: "\(name).c")
            try write(self.wrapper(name), to: wrapper)
            return .buildCommand(
                displayName: "Compiling \(name).bpf.c",
                executable: clang,
                arguments: [
                    // -fno-ident, the prefix map and the directory make the same bytes from any directory.
                    "-target", "bpf", "-mcpu=v3", "-D__TARGET_ARCH_\(Self.architecture)", "-g", "-O2",
                    "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter",
                    "-fno-ident", "-ffile-prefix-map=\(bpf.plainPath)=", "-ffile-compilation-dir=/",
                    "-I", bpf.plainPath, "-I", bpf.appending(path: "include").plainPath, "-idirafter",
                    "/usr/include/\(Self.multiarch)",
                    "-c", source.plainPath, "-o", object.plainPath,
                ],
                inputFiles: inputs,
                outputFiles: [wrapper]
            )
        }
    }

    /// The C source that embeds one object.
    private func wrapper(_ name: String) -> String {
        """
        #include "CProbes.h"

        static const unsigned char object[] __attribute__((aligned(8))) = {
        #embed "\(name).bpf.o"
        };

        const struct bpf_elf \(name)_elf = { object, sizeof(object) };

        """
    }

    /// Writes a file that is not there yet or says something else: a newer one would be compiled again.
    private func write(_ text: String, to file: URL) throws {
        guard (try? String(contentsOf: file, encoding: .utf8)) != text else { return }
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    /// The sources and headers in a directory and below it.
    private func files(below directory: URL) throws -> [URL] {
        try FileManager.default.subpathsOfDirectory(atPath: directory.plainPath)
            .filter { $0.hasSuffix(".h") || $0.hasSuffix(".bpf.c") }
            .sorted()
            .map { directory.appending(path: $0) }
    }
}

extension URL {
    /// The path as the system knows it, with its spaces.
    fileprivate var plainPath: String { path(percentEncoded: false) }
}
