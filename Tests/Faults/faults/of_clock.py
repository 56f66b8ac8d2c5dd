"""Faults of the wall clock. The agent has one of its own (Tests/Clock)."""

import contextlib
import pathlib
import subprocess
import threading
import time

from .fault import Fault

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "Clock/set-clock.c"
DAY = 86_400


class OfClock(Fault):
    acts_on_running = False
    sets_clock = True
    # The clock at the start, while the fault lasts, and when it has ended: seconds after that of the machine.
    before, during, after = 0, 0, 0
    # How often the agent says that it was set.
    steps = 2

    @contextlib.contextmanager
    def around(self, bench):
        library = bench.folder / "set-clock.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE], check=True)
        self._file = bench.folder / "offset"
        self._file.write_text("")
        self.set(self.before)
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(self._file)}
        yield

    def set(self, seconds):
        # Always as long, so that the agent never reads a part of it.
        with open(self._file, "r+", encoding="ascii") as file:
            file.write(f"{seconds:<24.3f}")

    def make(self, bench):
        self.set(self.during)

    def heal(self, bench):
        self.times = self._difference(bench)
        self.set(self.after)

    @staticmethod
    def _difference(bench):
        """How far the time of what came last is from when it came."""
        return bench.receiver.newest / 1e9 - bench.receiver.arrived

    def wrong(self, bench):
        wrong = []
        if abs(self.times - self.during) > 2:
            wrong.append(f"times were {self.times:.1f} s off, not {self.during}")
        if abs(self._difference(bench)) > 2:
            wrong.append(f"times are {self._difference(bench):.1f} s off")
        said = bench.agent.output.count("the clock was set ")
        if said != self.steps:
            wrong.append(f"the log says {said} times that the clock was set")
        oldest = min((start for start, _ in bench.receiver.series.values()), default=0) / 1e9
        if time.time() - oldest > DAY / 2:
            wrong.append(f"a start is {time.time() - oldest:.0f} s ago")
        return wrong

    def seen(self, bench):
        return "times follow at once, starts moved with the clock" if self.steps else "starts did not move"


class Forward(OfClock):
    name = "Clock a day forward"
    promised = "points have the time of the clock, counters go on, and the step is logged"
    during = DAY


class Back(OfClock):
    name = "Clock a day back"
    promised = Forward.promised
    during = -DAY


class Slewed(OfClock):
    name = "Clock slewed"
    promised = "a clock that runs 8 % fast, and then slow, moves no start"
    sets_clock = False
    steps = 0
    seconds = 0
    LENGTH, RATE, STEP = 8, 0.08, 0.1

    def make(self, bench):
        self._run(1)

    def heal(self, bench):
        self._run(-1)
        self.times = self._difference(bench)

    def _run(self, sign):
        # In the time of the fault, and as long back.
        count = round(self.LENGTH / self.STEP)
        middle = 0 if sign > 0 else self.RATE * self.LENGTH
        for place in range(count + 1):
            self.set(middle + sign * self.RATE * self.STEP * place)
            time.sleep(self.STEP)


class Wrong1986(OfClock):
    name = "Clock of 1986 at boot"
    promised = "once the clock is right, points are, and no start is years ago"
    before = during = -40 * 365 * DAY
    steps = 1

    def heal(self, bench):
        self.times = self._difference(bench)
        self.set(0)


ALL = (Forward, Back, Slewed, Wrong1986)
