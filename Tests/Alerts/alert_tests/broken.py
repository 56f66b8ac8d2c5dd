"""Wrong expressions, each of which the check of selectors must find."""

from .selectors import Examination

COUNT = "system_network_connection_count"

BROKEN = {
    "sum by (job, instance) (tcplens_no_such_metric)": "does not exist",
    "sum by (job, instance) (rate(tcplens_rtt_seconds[5m]))": "does not exist",
    f'sum by (job, instance) ({COUNT}{{network_connection_state="close_wai"}})': "is never 'close_wai'",
    f'sum by (job, instance) ({COUNT}{{network_connection_state=~"close_wait|gone"}})': "is never 'gone'",
    f'sum by (job, instance) ({COUNT}{{tcplens_connection_role="client"}})': "has no label",
    f'sum by (job, instance) ({COUNT}{{network_connection_state!=""}})': "is never ''",
    f"sum by (job, instance, le) ({COUNT})": "by le, which nothing has",
    f"sum by (instance) ({COUNT})": "without job",
    f"sum by (job, instance) (rate({COUNT}[5m]))": "is no counter",
    "sum by (job, instance) (tcplens_segments_total)": "only its rate",
    "sum by (job, instance) (increase(tcplens_segments_total[5m]))": "only its rate",
    "sum by (job, instance) (rate(tcplens_rtt_seconds_bucket[5m]))": "without le",
    "histogram_quantile(0.5, sum by (job, instance) (rate(tcplens_rtt_seconds_bucket[5m])))": "has no le",
    f"sum by (job, instance) ({COUNT}) / sum by (job, instance, network_type) ({COUNT})": "never match",
    f"sum by (job, instance) ({COUNT}) / on (network_type) sum by (job, instance) ({COUNT})": "not both sides have",
}


def overlooked():
    """The wrong expressions that were not found."""
    found = []
    for expression, problem in BROKEN.items():
        examination = Examination(("job", "instance"))
        examination.expression_labels(expression)
        if not any(problem in text for text in examination.problems):
            found.append(f"not found, '{problem}': {expression}; only {examination.problems}")
    return found
