"""Faults by chance that come and go around one agent."""

import contextlib
import dataclasses
import random
import time

from . import table
from .fault import Fault, Impossible
from .trial import recovered

# The seconds between two faults.
REST = (5, 20)


class NoFault(Fault):
    name = "none"

    def make(self, bench):
        """Nothing."""


@dataclasses.dataclass
class Band:
    """When there was a fault, in seconds since the course began."""

    name: str
    begin: float
    end: float


class Course:
    """All faults that act on an agent which runs, in an order by chance, again and again."""

    def __init__(self, bench, seed):
        self._bench, self._choice = bench, random.Random(seed)
        self._begin = time.monotonic()
        self._waiting = []
        self.bands, self.wrong = [], []

    @property
    def _now(self):
        return time.monotonic() - self._begin

    @property
    def rest(self):
        """How many seconds to wait until the next fault."""
        return self._choice.uniform(*REST)

    def next(self):
        """Makes a fault, heals it, and waits until the agent has recovered."""
        if not self._waiting:
            self._waiting = [fault for fault in table.ALL.values() if fault.acts_on_running]
            self._choice.shuffle(self._waiting)
        fault, bench = self._waiting.pop()(), self._bench
        begin = self._now
        with contextlib.suppress(Impossible), fault.around(bench):
            fault.make(bench)
            time.sleep(fault.seconds)
            fault.heal(bench)
            seconds = recovered(bench, time.time())
            self.wrong += [f"{fault.name}: {text}" for text in fault.wrong(bench)]
            bench.fault.repeats += fault.repeats
            self.bands.append(Band(fault.name, begin, self._now))
            print(f"{begin:5.0f} s: {fault.name}, recovered after {seconds:.1f} s", flush=True)
