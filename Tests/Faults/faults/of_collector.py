"""Faults of the Collector."""

import signal
import time

from tcplens_demo.processes import eventually

from .fault import Fault

DELIVERS = "what waits arrives in order, and counters miss nothing"


class OfCollector(Fault):
    """What is said of all: how many requests waited."""

    def make(self, bench):
        self.begin = len(bench.receiver.times)
        self.fail(bench)

    def seen(self, bench):
        return ""


class Killed(OfCollector):
    name = "Collector killed"
    promised = DELIVERS

    def fail(self, bench):
        bench.collector.stop(signal.SIGKILL)

    def heal(self, bench):
        bench.collector.start()


class Hung(OfCollector):
    name = "Collector hung"
    promised = f"attempts end by their timeout; {DELIVERS}"

    def fail(self, bench):
        bench.collector.send(signal.SIGSTOP)

    def heal(self, bench):
        bench.collector.send(signal.SIGCONT)


class Slow(OfCollector):
    name = "Collector slow"
    promised = f"collections go on meanwhile; {DELIVERS}"
    # More than the interval, less than the timeout.
    DELAY = 1.5

    def fail(self, bench):
        def wait(_):
            time.sleep(self.DELAY)

        bench.receiver.instead = wait

    def heal(self, bench):
        bench.receiver.instead = None


ALL = (Killed, Hung, Slow)
