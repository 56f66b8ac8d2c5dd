"""What is full: the ring of `trace`, and the agent's tables."""

import re
import signal
import subprocess
import threading

from soak.generator import WORKERS, Traffic
from tcplens_demo import programs
from tcplens_demo.processes import eventually

from .fault import Fault
from .of_process import listening



def changes(made, share):
    """The changes of state of connections of the churn, made in shares: of three, two are closed, and one is reset.

    See Tests/Traffic/exchanges.c.
    """
    return made // share * (10 * ((share + 2) // 3) + 10 * ((share + 1) // 3) + 6 * (share // 3))


class SlowReader(Fault):
    """`tcplens trace` beside the agent, into a pipe that nobody reads."""

    name = "Ring of `trace` full"
    promised = "each change of state is printed, or counted as lost"
    seconds = 8

    def make(self, bench):
        bench.churn.pause()
        self._trace = subprocess.Popen(
            bench.namespace.command(programs.tcplens(), "trace", "--format", "json", "--log-level", "debug",
                                    "--buffer-size", "64KiB"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        self._log = []
        self._logging = threading.Thread(target=lambda: self._log.extend(self._trace.stderr), daemon=True)
        self._logging.start()
        eventually("trace to begin", lambda: any("tracing with" in line for line in self._log))
        self._before = bench.churn.made
        bench.churn.resume()

    def heal(self, bench):
        bench.churn.pause()
        self.changes = changes(bench.churn.made - self._before, bench.churn.share)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(self._trace.stdout), daemon=True)
        reader.start()
        self._trace.send_signal(signal.SIGTERM)
        self._trace.wait(20)
        reader.join()
        self._logging.join()
        self.lines = len(lines)
        summary = "".join(self._log)
        last = summary.splitlines()[-1]
        found = re.search(r"(\d+) events(?:, (\d+) lost)?", last)
        self.printed, self.lost = int(found[1]), int(found[2] or 0)
        # The kernel counts events that interrupt the program for all namespaces, so this is an estimate upwards.
        estimated = re.search(r"recursion (\d+)", last)
        self.estimated = int(estimated[1]) if estimated else 0
        bench.churn.resume()

    def wrong(self, bench):
        wrong = []
        if self.printed != self.lines:
            wrong.append(f"{self.lines} lines, {self.printed} are said to be printed")
        if not 0 <= self.printed + self.lost - self.changes <= self.estimated:
            wrong.append(f"{self.printed} printed and {self.lost} lost of {self.changes}")
        if not self.lost:
            wrong.append("nothing was lost")
        return wrong

    def seen(self, bench):
        return f"{self.printed:,} of {self.changes:,} changes printed, {self.lost:,} counted as lost"


class Holding(Fault):
    """Connections that are held open besides the churn."""

    COUNT = 1000
    PORT = 9001

    def make(self, bench):
        self._holder = Traffic(bench.namespace, bench.program)
        self._holder.say(f"listen 4 {self.PORT} 128")
        self._holder.say(f"connect held 4 {self.PORT} {self.COUNT}")
        self.held = self.COUNT

    def heal(self, bench):
        page = bench.agent.scrape()
        self.look(page)
        self._holder.say("close held client")
        self._holder.say("close held server")
        self._holder.close()

    def made(self, bench):
        return getattr(self, "held", 0)


class ManyConnections(Holding):
    name = "Table of connections full"
    promised = "connections beyond the limit are counted, and said to be unfollowed"
    acts_on_running = False
    # What the churn has at a time must fit, in TIME_WAIT as well.
    arguments = ("--connection-limit", "1000")

    def look(self, page):
        self.unfollowed = page.sum("tcplens_connection_unfollowed")

    def wrong(self, bench):
        return [] if self.unfollowed else ["none was unfollowed"]

    def seen(self, bench):
        return f"{self.unfollowed:.0f} of {2 * self.COUNT:,} sockets were unfollowed"


class ManySeries(Fault):
    """More listeners than there may be series."""

    name = "Limit of series reached"
    promised = "everything beyond the limit is counted in one series"
    acts_on_running = False
    LISTENERS = 300
    PORT = 2000
    LIMIT = 100
    arguments = ("--cardinality-limit", str(LIMIT), "--attributes", "network.local.port")

    def make(self, bench):
        self._listeners = listening(bench.namespace, range(self.PORT, self.PORT + self.LISTENERS))
        self._listeners.__enter__()

    def heal(self, bench):
        page = bench.agent.scrape()
        # Those of the churn and of the agent's own pages are listeners as well.
        self.expected = self.LISTENERS + WORKERS + 1
        self.found = page.sum("system_network_connection_count", network_connection_state="listen")
        self.beyond = page.sum("system_network_connection_count", otel_metric_overflow="true")
        self._listeners.__exit__(None, None, None)

    def wrong(self, bench):
        wrong = [] if self.beyond else ["no series has the rest"]
        # The rest does not say in which state its sockets are.
        if self.found + self.beyond < self.expected:
            wrong.append(f"{self.found:.0f} listeners and {self.beyond:.0f} others, not {self.expected}")
        return wrong

    def seen(self, bench):
        return f"{self.LISTENERS} listeners more, {self.beyond:.0f} sockets in the series of the rest"


ALL = (SlowReader, ManyConnections, ManySeries)
