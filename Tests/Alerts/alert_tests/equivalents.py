"""Mutants that no test can kill, because they behave as the rule does, with the reasons."""

NO_NEGATIVE = "the comparison is there to drop what is no number, and there are no negative values"
NEVER_ZERO = "a quantile of times is never zero"
SHARES = "a quantile depends on shares only, and `increase` has the same as `rate`"
NEVER_EXACT = "the average of rates, which begin to grow with the data, is never exactly a third of a rate"

# The names of mutants, without the expression around the change.
EQUIVALENT = {
    "TCPLensLoss: instance:tcplens_loss:ratio_rate5m: 0 → -1": NO_NEGATIVE,
    "TCPLensHandshakeFailures: instance_error_type:tcplens_handshake_failures:ratio_rate5m: 0 → -1": NO_NEGATIVE,
    "TCPLensRoundTrips: instance:tcplens_round_trips:p50_rate5m: 0 → -1": NO_NEGATIVE,
    "TCPLensRoundTrips: instance:tcplens_round_trips:p50_rate5m: >= → >": NEVER_ZERO,
    "TCPLensRoundTrips: instance:tcplens_round_trips:p50_rate5m: rate → increase": SHARES,
    "TCPLensSlowAnswers: instance_network_local_port:tcplens_slow_answers:p95_rate5m: 0 → -1": NO_NEGATIVE,
    "TCPLensSlowAnswers: instance_network_local_port:tcplens_slow_answers:p95_rate5m: >= → >": NEVER_ZERO,
    "TCPLensSlowAnswers: instance_network_local_port:tcplens_slow_answers:p95_rate5m: rate → increase": SHARES,
    "TCPLensSynFlood: <= → <": NEVER_EXACT,
}


def reason(mutant):
    """Why a mutant can't be killed; None if it must be."""
    return EQUIVALENT.get(mutant.name.split(" in … ")[0])
