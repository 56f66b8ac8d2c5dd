"""The table of faults, as a page."""

import os
import platform
import time

from .trial import RATE

HEAD = """# Faults

What was done to a running agent, for real, and what it did. `make test-faults` makes these faults in five minutes, and
`Tests/Faults/run --documents` writes this page. This one is of {date}, on Linux {kernel} with {count} CPUs.

Each fault has an agent of its own, which exports to a real Collector, while {rate} connections a second come and go.
After each fault, without help: the agent goes on; its cumulative counters are exactly what was made, by `ss`, by a
scrape and by what arrived behind the Collector; what did not arrive is counted as lost, and nothing arrives out of
order or changed; open files, BPF objects and memory are as before; and when the agent has ended, nothing of it is in
the kernel. An agent that observes the whole machine is compared only with what arrived, and after a change of the
host's name the gap that its row names is taken off.

"""


def write(results):
    """Returns the page."""
    head = HEAD.format(date=time.strftime("%Y-%m-%d"), kernel=platform.release(), count=os.cpu_count(), rate=RATE)
    rows = [("fault", "promised", "seen"), ("---", "---", "---"), *(result.row for result in results)]
    return head + "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)
