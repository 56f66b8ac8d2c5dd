/// The ports of a scenario of `trace`.
struct ScenarioPorts {
    /// Of the connection that is half closed for a while.
    var half = 7001
    /// Of the one over IPv6.
    var six = 7002
    /// Of the one with v4-mapped addresses.
    var mapped = 7003
    /// Where nobody answers.
    var unanswered = 80
    /// Where both ends open the connection.
    var crossing = 20000

    /// All of them.
    var all: Set<Int> { [half, six, mapped, unanswered, crossing] }
}
