"""Measures several things in turn, round by round."""


def in_turn(names, rounds, measure):
    """Calls `measure(name)` for each name in each round, and returns the lists of what it returned, by name.

    Each round begins with another name, because the state of the machine also changes during a round, and what runs
    first after a pause is often slower. Values at the same place of two lists are a pair.
    """
    names = list(names)
    results = {name: [] for name in names}
    for turn in range(rounds):
        for place in range(len(names)):
            name = names[(turn + place) % len(names)]
            results[name].append(measure(name))
    return results
