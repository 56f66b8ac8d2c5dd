import ArgumentParser

@main
struct TCPLens: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tcplens")
}
