"""Workload W: 2200 points of three metrics of one resource. Each encoder encodes the same."""

START = 1_790_000_000_000_000_000
GAUGES, SUMS, HISTOGRAMS, BUCKETS = 1100, 1000, 100, 40
SCOPE = ("pb.bench", "1.0.0")
RESOURCE = {
    "host.arch": "amd64", "host.id": "4c4c4544004b5910804cb4c04f5a5a32", "host.name": "node-17.example.internal",
    "os.type": "linux", "os.version": "12", "service.instance.id": "6f2c1d1e-7f0a-4f0e-9b1c-2f2f5d1c9a10",
    "service.name": "sockmon", "service.version": "0.1.0",
}
STATES = (
    "closed", "close_wait", "closing", "established", "fin_wait_1", "fin_wait_2", "last_ack", "listen",
    "syn_received", "syn_sent", "time_wait",
)
METRICS = (
    ("network.tcp.connections", "Number of TCP sockets by state, address family and local port.", "{connection}"),
    ("network.tcp.retransmits", "Number of TCP segments sent again, by local port and peer.", "{segment}"),
    ("network.tcp.rtt", "Smoothed round-trip time of TCP connections.", "s"),
)


def family(number):
    return "ipv6" if number % 2 else "ipv4"


def gauge():
    """The attributes of each series of the gauge."""
    return [
        {
            "network.connection.state": STATES[index % 11], "network.local.port": str(10_000 + index // 22),
            "network.transport": "tcp", "network.type": family(index // 11),
        }
        for index in range(GAUGES)
    ]


def sums():
    return [
        {
            "network.local.port": str(10_000 + index % 50),
            "network.peer.address": f"10.20.{index // 250}.{index % 250 + 1}", "network.transport": "tcp",
            "network.type": "ipv4", "process.executable.name": f"worker-{index % 20:02}",
        }
        for index in range(SUMS)
    ]


def gauge_value(index, number):
    return (index * 7919 + number) % 100_000


def sum_value(index, number):
    return index * 131 + number


def middle(bucket):
    """The value in the middle of a bucket."""
    return 2.0 ** ((-80 + bucket + 0.5) / 8)


def histogram(index):
    """Attributes, counts, sum, minimum and maximum."""
    attributes = {
        "network.local.port": str(10_000 + index // 2), "network.transport": "tcp", "network.type": family(index),
    }
    counts = [(index * 31 + bucket * 17) % 300 + 1 for bucket in range(BUCKETS)]
    total = 0.0
    for bucket, count in enumerate(counts):
        total += count * middle(bucket)
    return attributes, counts, total, middle(0), middle(BUCKETS - 1)
