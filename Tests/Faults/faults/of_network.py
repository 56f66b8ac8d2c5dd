"""Faults of the way to the Collector."""

import contextlib
import signal

from .bench import COLLECTOR, LINK, OTHER_COLLECTOR, PORT
from .fault import Fault
from .of_collector import DELIVERS

NAME = "collector.faults.test"


class LinkDown(Fault):
    name = "Network down"
    promised = DELIVERS
    repeats = 1

    def make(self, bench):
        bench.namespace.run("ip", "link", "set", LINK, "down")

    def heal(self, bench):
        bench.namespace.run("ip", "link", "set", LINK, "up")


class Dropping(Fault):
    name = "Network drops everything"
    promised = f"attempts end by their timeout; {DELIVERS}"
    repeats = 1

    def make(self, bench):
        bench.namespace.filter(f"ip saddr {COLLECTOR} drop")

    def heal(self, bench):
        bench.namespace.unfilter()


class Named(Fault):
    """The Collector has a name, which only this agent knows."""

    acts_on_running = False
    repeats = 1
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{NAME}:{PORT}"}

    @contextlib.contextmanager
    def around(self, bench):
        self._hosts, self._resolver = bench.folder / "hosts", bench.folder / "resolv.conf"
        self.call(COLLECTOR)
        # Nobody else is asked: no name server answers there.
        self._resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        yield

    def call(self, address):
        """Gives the name an address, or none. The file stays the same one, because it is mounted."""
        self._hosts.write_text(f"127.0.0.1 localhost\n{address} {NAME}\n" if address else "127.0.0.1 localhost\n")

    def prefix(self, bench):
        script = 'mount --bind "$0" /etc/hosts && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'
        return "unshare", "--mount", "--propagation", "private", "sh", "-c", script, self._hosts, self._resolver


class NoName(Named):
    name = "Collector's name unknown"
    promised = f"a name is looked up at each connection; {DELIVERS}"

    def make(self, bench):
        self.call(None)
        # A connection that is open needs no name.
        bench.collector.stop(signal.SIGKILL)
        bench.collector.start()

    def heal(self, bench):
        self.call(COLLECTOR)

    def wrong(self, bench):
        return [] if "resolve" in bench.agent.output else ["the log does not say that the name was not found"]


class OtherAddress(Named):
    name = "Collector's address changes"
    promised = f"the new address is used, without a restart; {DELIVERS}"

    def make(self, bench):
        bench.outside.run("ip", "address", "add", f"{OTHER_COLLECTOR}/24", "dev", LINK)
        bench.outside.run("ip", "address", "del", f"{COLLECTOR}/24", "dev", LINK)

    def heal(self, bench):
        self.call(OTHER_COLLECTOR)
        # As a secondary address it went with the first one.
        with contextlib.suppress(RuntimeError):
            bench.outside.run("ip", "address", "add", f"{OTHER_COLLECTOR}/24", "dev", LINK)


ALL = (LinkDown, Dropping, NoName, OtherAddress)
