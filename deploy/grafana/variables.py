"""The variables of the dashboards.

One dashboard serves all backends, which name a host differently. VictoriaMetrics, and a Prometheus that receives OTLP
with `promote_resource_attributes`, have the label `host_name` on each series. A Prometheus that scrapes has it only in
`target_info`, but `instance` on each series. So the label is a variable, `host_label`: Grafana asks which of the two
labels the metric of connections has, and sorts them. So `host_name` comes first wherever it exists. The queries use the
variable where they group, match and name series. A constant would have to be edited after each import, and a join with
`target_info` would fail where it does not exist.

`job` matches everything unless something is chosen, because series in VictoriaMetrics have no such label. An empty
label matches `.*`.

`interval` is how often agents export or are scraped. It is the minimum step of each query, so that Grafana makes
`$__rate_interval` four times as long. With the data source's own setting (15 s by default), rates of agents that export
every 60 s would be empty.
"""

import dataclasses

from registry import UnknownName

ALL = ".*"
# Those of the two labels that a host may have.
HOST_LABELS = "/^(host_name|instance)$/"


@dataclasses.dataclass
class Variable:
    """A variable of a dashboard: of the kind `datasource`, `query` or `custom`."""

    name: str
    label: str
    description: str
    kind: str = "query"
    query: str = ""
    regex: str = ""
    is_multi: bool = False
    default: str = ""


def datasource():
    """The data source."""
    return Variable("datasource", "Data source", "A data source of the type Prometheus.", "datasource", "prometheus")


def interval():
    """The interval of the agents."""
    text = "How often the agents export, or are scraped. Rates are over four times as long."
    return Variable("interval", "Interval", text, "custom", "1m,5s,10s,15s,30s,2m,5m", default="1m")


def host_label(anchor):
    """The label that names a host."""
    text = "The label that names a host: host_name where resource attributes are labels, otherwise instance."
    return Variable("host_label", "Host label", text, query=f"label_names({anchor})", regex=HOST_LABELS)


def job(anchor):
    """The job of the agents."""
    text = "The agents' job in Prometheus. VictoriaMetrics has no such label for OTLP."
    return Variable("job", "Job", text, query=f"label_values({anchor}, job)", is_multi=True)


def host(anchor):
    """The hosts."""
    query = f'label_values({anchor}{{job=~"$job"}}, $host_label)'
    return Variable("host", "Host", "The machines, or pods, with an agent.", query=query, is_multi=True)


def workload(anchor, label):
    """The services that the agents know."""
    query = f'label_values({anchor}{{job=~"$job", $host_label=~"$host"}}, {label})'
    text = (
        "Services and other workloads, if agents have --attribution workload or the scope node. All of them together, "
        "and tcplens for what belongs to none of them, are the host."
    )
    return Variable("service", "Workload", text, query=query, is_multi=True)


def service(series, label):
    """The service whose HTTP metrics are shown; exactly one."""
    text = "A service that reports HTTP metrics."
    return Variable("service", "Service", text, query=f"label_values({series}, {label})")


def common(registry):
    """The variables of all dashboards, in their order."""
    if registry.resource_label("host.name") not in HOST_LABELS:
        raise UnknownName(
            f"host.name is {registry.resource_label('host.name')} in Prometheus, not one of {HOST_LABELS}"
        )
    anchor = registry.metric("system.network.connection.count").base
    return [datasource(), interval(), job(anchor), host_label(anchor), host(anchor)]
