"""The faults of TCP that the demonstration makes, each with the signal that shows it.

With the shop, a fault is what happens to a service. Without it, bare sockets show the same to tcplens.
"""

from . import sockets
from .constants import POOL_SIZE, RATES, SHOP_PORT
from .situations import Signal, Situation


def count(state):
    return f'sum(system_network_connection_count{{network_connection_state="{state}"}})'


def listener(queue, what):
    return f"max(tcplens_listener_{queue}_queue_{what}{{network_local_port=~\"{SHOP_PORT}|71..\"}})"


class Fault(Situation):
    signal = None
    # Whose p95 rises in the shop: "server", "client".
    shows_in = ("client",)
    # What the picture says below its title, and below its charts.
    story = caption = ""

    def __init__(self):
        super().__init__()
        self.listener, self.clients, self.servers = None, [], []

    def listen(self, port, backlog=128):
        self.listener = sockets.listen(self.namespace, port, backlog)

    def connect(self, count):
        clients, servers = sockets.pairs(self.namespace, self.listener, count)
        self.clients += clients
        self.servers += servers

    def end_alone(self):
        sockets.reset(self.clients)
        sockets.reset(self.servers)
        self.listener.close()


class CloseWaitLeak(Fault):
    name, title = "close_wait", "CLOSE_WAIT leak"
    seconds, least = 26, 26
    signal = Signal(
        "connections in CLOSE_WAIT", "connections", count("close_wait"), quiet=5, factor=8,
        limit=("size of the pool", f"vector({POOL_SIZE})"),
    )
    shows_in = ("server", "client")
    story = "The shop forgets to give some connections to its inventory back, and then does not close them."
    caption = "TCP shows the leak from the start, HTTP when the pool is empty and requests wait for a connection."

    def begin_with_shop(self):
        self.scene.shop.tell(leak=0.06)

    def end_with_shop(self):
        self.scene.shop.tell(leak=0, heal=True)

    def begin_alone(self):
        self.listen(7101)
        self.connect(80)
        while self.clients:
            self.clients.pop().close()


class FullAcceptQueue(Fault):
    name, title = "accept_queue", "Full accept queue"
    signal = Signal(
        "accept queue", "connections", listener("accept", "usage"), quiet=8, factor=4,
        limit=("its limit", listener("accept", "limit")),
    )
    story = "The shop looks up each new client's name before it accepts the next, which takes half a second."
    caption = "The server measures from the request on, so its own p95 knows nothing of clients that wait in the queue."

    def begin_with_shop(self):
        self.scene.shop.tell(accept_delay=0.5)

    def end_with_shop(self):
        self.scene.shop.tell(accept_delay=0)

    def begin_alone(self):
        self.listen(7110, 4)
        self.knock(5)

    def keep_going_alone(self):
        self.knock(1)

    def knock(self, count):
        if len(self.clients) < 200:
            self.clients += [sockets.connect(self.namespace, 7110, waits=False) for _ in range(count)]


class Loss(Fault):
    name, title = "loss", "Loss of segments"
    signal = Signal(
        "segments sent again", "%",
        "100 * sum(rate(tcplens_retransmits_total[5s]))"
        ' / sum(rate(tcplens_segments_total{network_io_direction="transmit"}[5s]))',
        quiet=1, factor=4,
    )
    story = "A rule of nftables drops one of ten segments to and from the shop."
    caption = "A lost request or answer is only sent again after 0.2 s, a lost SYN after 1 s."

    def begin_with_shop(self):
        self.namespace.filter(f"tcp dport {SHOP_PORT} numgen random mod 100 < 10 drop")
        self.namespace.filter(f"tcp sport {SHOP_PORT} numgen random mod 100 < 10 drop")

    def end_with_shop(self):
        self.namespace.unfilter()

    def begin_alone(self):
        self.listen(7103)
        self.connect(20)
        self.namespace.filter("tcp dport 7103 tcp flags & (syn|fin|rst) == 0 numgen random mod 2 == 0 drop")

    def keep_going_alone(self):
        for client in self.clients:
            client.send(bytes(1000))
        for server in self.servers:
            server.setblocking(False)
            try:
                server.recv(65536)
            except BlockingIOError:
                pass

    def end_alone(self):
        self.namespace.unfilter()
        super().end_alone()


class TimeWaitPile(Fault):
    name, title = "time_wait", "TIME_WAIT pile"
    signal = Signal(
        "connections in TIME_WAIT", "connections", count("time_wait"), quiet=1000, factor=2.4,
        limit=("ports for clients", "max(tcplens_ephemeral_port_limit)"),
    )
    seconds, least = 30, 24
    story = "A new release of the clients opens a connection for each request, 180 a second."
    caption = "A connection blocks its port for a minute. Without a free port connecting fails, unseen by the server."
    # Without the shop: how many more connections there are ports for.
    left = 400

    def begin_with_shop(self):
        self.namespace.set(**self.scene.LIMITS)
        self.scene.set_load(kept=0, new=180)

    def end_with_shop(self):
        self.widen()
        self.scene.set_load(**RATES)

    def begin_alone(self):
        self.namespace.set(**self.scene.LIMITS)
        self.listen(7104)
        sockets.churn(self.namespace, self.listener, 2500)

    def keep_going_alone(self):
        """Some 16 connections a second: it is programs here that open them."""
        if self.left > 0:
            self.left -= 4
            sockets.churn(self.namespace, self.listener, 4)

    def end_alone(self):
        self.widen()
        super().end_alone()

    def widen(self):
        """The remedy: more ports. What is in TIME_WAIT stays for a minute."""
        self.namespace.set(ip_local_port_range="30000 34999")


class SynFlood(Fault):
    name, title = "syn_flood", "SYN flood"
    signal = Signal(
        "SYN queue", "connections", listener("syn", "usage"), quiet=4, factor=2,
        limit=("its limit", listener("syn", "limit")),
    )
    story = "SYNs from addresses that do not exist, 250 a second. SYN cookies are off."
    caption = "New clients find the SYN queue full and try again after 1 and 3 s. Kept connections feel nothing."
    RATE = 250

    def __init__(self, cookies=False):
        """With `cookies` the kernel defends itself: then `tcplens.syn_cookies` shows the flood."""
        super().__init__()
        self.cookies, self.flood, self.before = cookies, None, {}

    def _begin(self, port):
        self.before = self.namespace.set(tcp_syncookies=int(self.cookies))
        self.flood = sockets.Flood(self.namespace, port, self.RATE)

    def begin_with_shop(self):
        self._begin(SHOP_PORT)

    def begin_alone(self):
        self.listen(7105, 8)
        self._begin(7105)

    def end_with_shop(self):
        self.flood.stop()
        self.namespace.set(**self.before)

    def end_alone(self):
        self.end_with_shop()
        super().end_alone()


class ZeroWindow(Fault):
    name, title = "zero_window", "Zero window"
    signal = Signal(
        "connections stalled by a zero window", "connections",
        'sum(tcplens_connection_stalled{network_io_direction="transmit"})', quiet=2, factor=4,
    )
    shows_in = ("server", "client")
    story = "The clients of an export do not read for two seconds, so their windows close."
    caption = "The shop waits for its peers: both sides measure slow answers, and only TCP says who is to blame."

    def begin_with_shop(self):
        self.scene.set_load(pause=2)

    def end_with_shop(self):
        self.scene.set_load(pause=0)

    def begin_alone(self):
        self.listen(7106)
        self.connect(12)
        for client in self.clients:
            sockets.fill(client)


ALL = (CloseWaitLeak, FullAcceptQueue, Loss, SynFlood, ZeroWindow, TimeWaitPile)
NAMES = {fault.name: fault for fault in ALL}
