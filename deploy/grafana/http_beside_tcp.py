"""*HTTP beside TCP*: what a service measures, over the same time as what its connections do."""

import promql
import variables
from model import Dashboard, Panel, Query, Row
from parts import COUNT, DIRECTION, PORT, QUANTILES, ROLE, STATE, label, retransmit_share
from promql import RATE, Expression

# The metric of OpenTelemetry's semantic conventions for HTTP servers, as SDKs report it.
DURATION = "http_server_request_duration_seconds"
STATUS = "http_response_status_code"
GUIDE = " The dashed line is the p95 of HTTP, to compare the moments at which both rise."


OF_SERVICE, OF_HOSTS = "of the service", "of the hosts"
FINDINGS = {
    "Accept queues": "accept_queue_full",
    "CLOSE_WAIT": "close_wait_leak",
    "Retransmits": "loss",
    "Round trips": "round_trips",
    "Stalled by a zero window": "zero_window",
    "Failed handshakes": "handshake_failures",
}
FINDINGS_OF_HOSTS = {
    "Retransmit share of the hosts": "loss",
    "SYN cookies": "syn_flood",
    "TIME_WAIT": "time_wait_ports",
}


class HTTP:
    """Queries of HTTP metrics of the chosen service."""

    def __init__(self, registry):
        self.service = registry.resource_label("service.name")
        self.namespace = registry.resource_label("service.namespace")
        self.matchers = f'{self.service}=~"$service"'

    def rate(self, part, *by):
        """The rate of a part of the histogram."""
        return f"sum by ({', '.join(by)}) (rate({DURATION}_{part}{{{self.matchers}}}[{RATE}]))"

    def quantile(self, share, *by):
        """A quantile of the duration of requests."""
        return Expression(f"histogram_quantile({share}, {self.rate('bucket', 'le', *by)})")


def dashboard(registry):
    """The dashboard."""
    http, one, hosts = HTTP(registry), of_service(registry), promql.of_hosts(registry)
    return Dashboard(
        "tcplens-http",
        "tcplens: HTTP beside TCP",
        "The latency of a service beside the TCP signals that can explain it. The connections of the service itself "
        "are known to agents with --attribution workload or the scope node. Without it, choose the hosts of the "
        "service above, and look at the last row.",
        [*variables.common(registry), variables.service(f"{DURATION}_count", http.service)],
        [
            Row("HTTP", requests(http)),
            Row("Connections of the service", signals(http, one, OF_SERVICE)),
            Row("HTTP and TCP in one number", joined(http, one)),
            Row("All connections of the hosts that are chosen", signals(http, hosts, OF_HOSTS) + of_hosts(http, hosts)),
        ],
        {f"{title} {place}": names for title, names in FINDINGS.items() for place in (OF_SERVICE, OF_HOSTS)}
        | FINDINGS_OF_HOSTS,
    )


def of_service(registry):
    """The connections of the chosen service, by the name that it reports itself."""
    service = registry.resource_label("service.name")
    return promql.Selection(registry, ('job=~"$job"', f'{service}=~"$service"'))


def requests(http):
    """What the service measures."""
    quantiles = [Query(http.quantile(share), name) for name, share in QUANTILES.items()]
    return [
        Panel(
            "Duration of requests",
            "As the service measures it: without handshake and accept queue.",
            quantiles,
            "s",
            width=16,
        ),
        Panel(
            "Requests by status",
            "As the service counts them.",
            [Query(Expression(http.rate("count", STATUS)), f"{{{{{STATUS}}}}}")],
            "reqps",
            is_stacked=True,
        ),
    ]


def signals(http, tcp, place):
    """The TCP signals that can explain latency, each beside the p95 of HTTP."""
    guide = Query(http.quantile(0.95), "p95 of HTTP", "s", axis="p95 of HTTP")

    def signal(title, text, unit, *queries):
        return Panel(f"{title} {place}", text + GUIDE, [*queries, guide], unit)

    accept, retransmits, handshakes = "tcplens.listener.accept_queue", "tcplens.retransmits", "tcplens.handshakes"
    kind, stalled = "tcplens.retransmit.type", "tcplens.connection.stalled"
    server = {ROLE: "server", "error.type": ""}
    took, age = "tcplens.handshake.duration", "tcplens.connection.state.age"
    return [
        signal(
            "Accept queues",
            "The service does not accept fast enough. Clients wait, and the service does not measure that.",
            "short",
            Query(tcp(f"{accept}.usage").sum(PORT), f"waiting at {label(tcp, f'{accept}.usage', PORT)}"),
            Query(tcp(f"{accept}.full").sum(), "full listeners"),
        ),
        signal(
            "CLOSE_WAIT",
            "The service does not close what its clients have closed. It will run out of descriptors.",
            "short",
            Query(tcp(COUNT, {STATE: "close_wait"}).sum(), "CLOSE_WAIT"),
        ),
        signal(
            "Retransmits",
            "Something is lost on the way. HTTP servers often do not see this, only clients do.",
            "cps",
            Query(tcp(retransmits).rate().sum(kind), label(tcp, retransmits, kind)),
        ),
        signal(
            "Round trips",
            "The network is slow, or the peers are far away.",
            "s",
            *(Query(tcp.histogram("tcplens.rtt").quantile(share), name) for name, share in QUANTILES.items()),
        ),
        signal(
            "New connections",
            "Handshakes of the service as a server. As many as requests: clients don't keep connections.",
            "cps",
            Query(tcp(handshakes, server).rate().sum(), "finished"),
        ),
        signal(
            "Handshakes",
            "What a new client waits for before its request: until the connection is there.",
            "s",
            *(Query(tcp.histogram(took, {ROLE: "server"}).quantile(share), name) for name, share in QUANTILES.items()),
        ),
        signal(
            "Stalled by a zero window",
            "transmit: clients do not read the answers. receive: the service does not read requests.",
            "short",
            Query(tcp(stalled).sum(DIRECTION), label(tcp, stalled, DIRECTION)),
        ),
        signal(
            "Oldest CLOSE_WAIT",
            "A line that rises for as long as time passes is a connection that is never closed.",
            "s",
            Query(tcp(age, {STATE: "close_wait"}).max(), "oldest"),
        ),
        signal(
            "Failed handshakes",
            "Mostly connections that the service makes to others: a slow answer may be theirs.",
            "cps",
            Query(tcp(handshakes, {"error.type": "!"}).rate().sum("error.type"), label(tcp, handshakes, "error.type")),
        ),
    ]


def of_hosts(http, tcp):
    """What only exists for a host, each beside the p95 of HTTP."""
    guide = Query(http.quantile(0.95), "p95 of HTTP", "s", axis="p95 of HTTP")
    cookies, result = "tcplens.syn_cookies", "tcplens.syn_cookie.result"
    return [
        Panel(
            "Retransmit share of the hosts",
            "More than one in a hundred is felt by clients." + GUIDE,
            [Query(retransmit_share(tcp), "retransmits"), guide],
            "percentunit",
        ),
        Panel(
            "SYN cookies",
            "sent: a flood of SYN, or a queue that is too short." + GUIDE,
            [Query(tcp(cookies).rate().sum(result), label(tcp, cookies, result)), guide],
            "cps",
        ),
        Panel(
            "TIME_WAIT",
            "Near the limit, new connections to other services fail." + GUIDE,
            [Query(tcp(COUNT, {STATE: "time_wait"}).sum(), "TIME_WAIT"), guide],
            "short",
        ),
    ]


def joined(http, tcp):
    """Numbers that need both, joined by what the service calls itself."""
    keys = (http.service, http.namespace)
    names = ("service.name", "service.namespace")
    join = f"on ({', '.join(keys)})"
    server = {ROLE: "server", "error.type": ""}
    made = tcp("tcplens.handshakes", server).rate().sum(*names)
    shake = tcp.histogram("tcplens.handshake.duration", {ROLE: "server"}).quantile(0.95, *names)
    queue = tcp("tcplens.listener.accept_queue.usage").sum(*names)
    metrics = (*made.metrics, *shake.metrics, *queue.metrics)
    waits = Expression(f"{http.quantile(0.95, *keys)}\n+ {join} {shake}\n+ {join} ({queue}\n/ {join} {made})", metrics)
    each = Expression(f"{http.rate('count', *keys)}\n/ {join} {made}", metrics[:1])
    legend = f"{{{{{http.service}}}}}"
    return [
        Panel(
            "What a new client waits for, p95",
            "Handshake, accept queue and request together. No value while no connection is made.",
            [Query(waits, legend), Query(http.quantile(0.95), "p95 of HTTP alone")],
            "s",
            width=12,
        ),
        Panel(
            "Requests over one connection",
            "Close to 1 means that clients don't keep connections.",
            [Query(each, legend)],
            "short",
            width=12,
        ),
    ]
