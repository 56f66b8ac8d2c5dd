"""All faults."""

import re

from . import of_clock, of_collector, of_disk, of_kernel, of_limits, of_network, of_process, of_view

_PARTS = (of_collector, of_network, of_disk, of_clock, of_process, of_limits, of_kernel, of_view)


def word(name):
    """A name as it is written on a command line: `collector-hung`."""
    return "-".join(re.findall(r"[a-z0-9_]+", name.lower().replace("'s", "")))


ALL = {word(fault.name): fault for part in _PARTS for fault in part.ALL}
