"""Faults that the demonstration does not make, and which fault makes which alert fire."""

import contextlib
import resource
import socket
import sys
import threading
import time

from tcplens_demo import faults, healthy, sockets
from tcplens_demo.processes import Running, eventually


class TimeWaitLimit(faults.Fault):
    """Nearly as many connections in TIME_WAIT as there may be, on a machine with many ports."""

    def begin_alone(self):
        self.namespace.set(ip_local_port_range="30000 39999", tcp_max_tw_buckets=2000)
        self.listen(7120)
        sockets.churn(self.namespace, self.listener, 1900)

    def end_alone(self):
        self.listener.close()


class PortsUsedUp(faults.Fault):
    """A service to which clients have as many connections as there are ports."""

    COUNT = 1000

    def begin_alone(self):
        self.namespace.set(ip_local_port_range=f"30000 {30000 + self.COUNT - 1}")
        self.listen(7121)
        with contextlib.suppress(OSError):
            self.connect(self.COUNT)

    def keep_going_alone(self):
        for _ in range(3):
            with contextlib.suppress(OSError):
                self.connect(1)


class Unread(faults.Fault):
    """Clients that do not read what they are sent.

    It comes in small pieces. What is sent at once is partly dropped and sent again, which also is a loss of segments.
    """

    def begin_alone(self):
        self.listen(7106)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.connect(12)
        for client in self.clients:
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def keep_going_alone(self):
        for client in self.clients:
            for _ in range(40):
                with contextlib.suppress(BlockingIOError):
                    client.send(bytes(200))


class Refused(faults.Fault):
    """A client that finds nobody."""

    def keep_going_alone(self):
        for _ in range(3):
            with contextlib.suppress(OSError):
                sockets.connect(self.namespace, 9).close()

    def end_alone(self):
        pass


class SlowServer(faults.Fault):
    """A service that takes 0.4 s for an answer."""

    DELAY = 0.4

    def begin_alone(self):
        self.listen(7122)
        self.connect(10)
        self.ends = threading.Event()
        self.threads = [threading.Thread(target=self._serve, args=pair) for pair in zip(self.clients, self.servers)]
        for thread in self.threads:
            thread.start()

    def _serve(self, client, server):
        while not self.ends.is_set():
            client.send(b"?")
            server.recv(1)
            time.sleep(self.DELAY)
            server.send(b"!")
            client.recv(1)

    def end_alone(self):
        self.ends.set()
        for thread in self.threads:
            thread.join()
        super().end_alone()


class SlowAcknowledgements(faults.Fault):
    """Connections whose ends at some time begin to acknowledge late.

    Like this the round trip grows without a longer way, which not every kernel can simulate. The connections are short
    because tcplens measures a connection that lasts only once a minute.
    """

    COUNT, EXCHANGES = 20, 3
    # The baseline leaves out the last minute, divided like all times, and has to be there for a while.
    BEFORE = 75

    def begin_alone(self):
        self.listen(7123)
        self.is_late, self.ends = False, threading.Event()
        self.thread = threading.Thread(target=self._talk)
        self.thread.start()
        self.scene.rest(self.BEFORE)
        self.is_late = True

    def _talk(self):
        while not self.ends.wait(0.3):
            self.connect(self.COUNT)
            for _ in range(self.EXCHANGES):
                self._pass(self.clients, self.servers)
                self._pass(self.servers, self.clients)
            # No connection stays in TIME_WAIT.
            sockets.reset(self.clients)
            sockets.reset(self.servers)

    def _pass(self, senders, receivers):
        for receiver in receivers:
            receiver.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, int(not self.is_late))
        for sender in senders:
            sender.send(b"x")
        if self.is_late:
            time.sleep(0.06)
        for receiver in receivers:
            receiver.recv(1)

    def end_alone(self):
        self.ends.set()
        self.thread.join()
        super().end_alone()


# Makes as many connections as the first argument says, to a port of its own, and keeps them until its input ends.
MANY = """
import resource, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
listener = socket.socket()
listener.bind(("127.0.0.1", int(sys.argv[2])))
listener.listen(4096)
kept = []
for _ in range(int(sys.argv[1])):
    client = socket.socket()
    client.connect(("127.0.0.1", int(sys.argv[2])))
    kept += [client, listener.accept()[0]]
print("ready", flush=True)
sys.stdin.read()
"""


class TooMany(faults.Fault):
    """More connections than tcplens may follow (--connection-limit)."""

    COUNT = 600

    def begin_alone(self):
        self.namespace.set(ip_local_port_range="16000 65000")
        self.listen(7124, 4096)
        # Each process may only have so many open files.
        each = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 1_000_000) // 2 - 100
        self.parts = []
        for number in range(-(-self.COUNT // each)):
            count = min(each, self.COUNT - number * each)
            command = [sys.executable, "-c", MANY, count, 7130 + number]
            self.parts.append(Running(self.namespace, command, name="many"))
        for part in self.parts:
            part.ready(lambda part=part: "ready" in part.output, 60)

    def keep_going_alone(self):
        clients, servers = sockets.pairs(self.namespace, self.listener, 5)
        sockets.reset(clients)
        sockets.reset(servers)

    def end_alone(self):
        for part in self.parts:
            part.stop()
        super().end_alone()


class CollectorAway(faults.Fault):
    """The Collector ends, and the agent's queue overflows."""

    def begin_alone(self):
        self.scene.collector.stop()

    def end_alone(self):
        pass


class AgentAway(faults.Fault):
    """The agent ends."""

    def begin_alone(self):
        self.scene.agent.stop()
        eventually("the agent to end", lambda: not self.scene.agent.is_running)

    def end_alone(self):
        pass


class Real:
    """A fault and what it makes fire."""

    def __init__(self, alert, make, also=(), groups=None, options=(), seconds=30):
        """`also` may fire too, because it follows. `groups` are the labels of the alert, besides the host's."""
        self.alert, self.make, self.also = alert, make, set(also)
        self.groups, self.options, self.seconds = groups or {}, options, seconds


REAL = [
    Real("TCPLensCloseWaitLeak", faults.CloseWaitLeak),
    Real("TCPLensZeroWindow", Unread, groups={"network_io_direction": "transmit"}),
    Real("TCPLensTimeWaitPorts", faults.TimeWaitPile),
    Real("TCPLensTimeWaitLimit", TimeWaitLimit),
    # That nobody finds a port is also a reason why connecting fails.
    Real("TCPLensPortsUsedUp", PortsUsedUp, also=["TCPLensHandshakeFailures"]),
    # Cookies are sent when the queue is full.
    Real("TCPLensSynFlood", lambda: faults.SynFlood(cookies=True), also=["TCPLensHalfOpen"]),
    Real("TCPLensHalfOpen", faults.SynFlood, groups={"network_local_port": "7105"}),
    Real("TCPLensAcceptQueueFull", faults.FullAcceptQueue, groups={"network_local_port": "7110"}),
    Real("TCPLensLoss", faults.Loss),
    Real("TCPLensRoundTrips", SlowAcknowledgements),
    Real("TCPLensHandshakeFailures", Refused, groups={"error_type": "refused"}),
    Real("TCPLensSlowAnswers", SlowServer, groups={"network_local_port": "7122"}, options=["--response-time"]),
    Real("TCPLensAgentUnfollowed", TooMany, options=["--connection-limit", "1000"], seconds=60),
    # The agent's own attempts to reach the Collector are refused, too.
    Real(
        "TCPLensAgentExportsFail", CollectorAway, also=["TCPLensHandshakeFailures"],
        groups={"error_type": "queue_full"}, options=["--queue-limit", "64KiB"], seconds=60,
    ),
    Real("TCPLensAgentSilent", AgentAway),
]

# Much happens, and nothing fires.
HEALTHY = (healthy.Backup, healthy.ShortConnections)

# What can't be made in a namespace, with the reason.
NOT_REAL = {
    "TCPLensMemoryPressure": "the memory of TCP and its limit are those of the whole machine, not of a namespace",
    "TCPLensAgentLosesEvents": "tables have a row for all that is beyond their limit, and only the kernel decides "
    "when it skips a program",
    "TCPLensAgentDrifts": "it shows events that tcplens did not notice to be lost, which would be a fault of tcplens",
}
