import FuzzTargets
import Glibc

/// Runs one target on inputs that libFuzzer makes, if the program was built for that (`Tests/Fuzzing/run`).
///
/// Usage: fuzzing NAME [OPTIONS OF LIBFUZZER] [CORPUS …], or `fuzzing` for the names and the sizes of inputs.
@main enum Fuzzing {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count > 1 else {
            for target in FuzzTarget.all { print(target.name, target.sizeLimit) }
            return
        }
        guard let target = FuzzTarget.all.first(where: { $0.name == arguments[1] }) else {
            print("\(arguments[1]) is not a target")
            exit(2)
        }
        run(target)
    }

    #if FUZZER
        /// What libFuzzer's callback, which has no context, reads with.
        nonisolated(unsafe) private static var target: FuzzTarget?

        private static func run(_ target: FuzzTarget) {
            unsafe Self.target = target
            var count = CommandLine.argc - 1
            // The name of the target takes the place of the name of the program.
            var arguments: UnsafeMutablePointer? = unsafe CommandLine.unsafeArgv + 1
            exit(
                unsafe runDriver(&count, &arguments) { start, count in
                    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
                    do {
                        try unsafe Fuzzing.target?.read(bytes)
                    } catch {
                        print("violated: \(error)")
                        fflush(nil)
                        abort()
                    }
                    return 0
                }
            )
        }

        @_silgen_name("LLVMFuzzerRunDriver")
        private static func runDriver(
            _ count: UnsafeMutablePointer<CInt>,
            _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
            _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
        ) -> CInt
    #else
        private static func run(_ target: FuzzTarget) {
            print("built without libFuzzer; Tests/Fuzzing/run builds with it")
            exit(2)
        }
    #endif
}
