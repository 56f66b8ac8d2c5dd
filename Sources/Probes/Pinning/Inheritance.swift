/// From which generation another one takes over, and whether that is done.
///
/// It is saved, because an agent may be killed between the moment when the new programs begin to count and the moment
/// when it has taken over what the old ones had counted.
struct Inheritance: SavedValue, Hashable, Sendable {
    /// The generation before.
    var predecessor: UInt64
    /// Whether its counters were taken over.
    ///
    /// It is not needed any more then.
    var isDone = false

    static let area: UInt32 = 2
}
