import CPlatform
import Commands

/// Where the process begins; everything else is in libraries.
@main enum EntryPoint {
    static func main() async {
        CPlatform_returnFreedMemory()
        await CommandLineProgram.main()
    }
}
