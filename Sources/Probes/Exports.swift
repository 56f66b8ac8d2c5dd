// The vocabulary of readings is used wherever probes are.
@_exported public import Readings
