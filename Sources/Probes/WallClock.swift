internal import BPF

/// The wall clock, by which points are dated.
public enum WallClock {
    /// Whether something keeps it right; `nil` where that can't be asked.
    public static var isSynchronized: Bool? { KernelClock.isSynchronized }
}
