"""Runs each query of each panel on backends that real traffic and real faults have filled."""

import itertools
import re
import socket
import unittest

import reading
import stage
import support
import syntax

# Panels that may stay at zero although all faults were there, each with the reason.
AT_ZERO = {
    "Lost events": "nothing should be lost",
    "Drift": "flows and stocks should agree",
    "Not followed": "more connections than --connection-limit would have to be open",
    "Dropped for lack of room": "senders respect the window, so real traffic hardly ever causes this",
}

# What must be seen of the faults, by panel: the label of the legend and its values.
SHOWN = {
    "tcplens-host": {
        "Connections by state": (
            "network_connection_state",
            "established syn_sent syn_received fin_wait_1 fin_wait_2 time_wait close_wait last_ack closing listen",
        ),
        "Failed handshakes by reason": ("error_type", "refused address_not_available"),
        "Retransmits by type": ("tcplens_retransmit_type", "syn syn_ack timeout tail_loss_probe"),
        "Resets": ("network_io_direction", "transmit receive"),
        "Stalled by a zero window": ("network_io_direction", "transmit receive"),
        "Zero windows": ("network_io_direction", "transmit receive"),
        "Aborts by reason": ("tcplens_abort_reason", "close"),
        "SYN cookies": ("tcplens_syn_cookie_result", "sent"),
        "Accept queues, share of limit": ("network_local_port", "8080 7110"),
        "Answers": ("network_local_port", "8080"),
        "CLOSE_WAIT by workload": ("service_name", "shop"),
    },
    "tcplens-agent": {"Data points given up since the start": ("error_type", "queue_full")},
    "tcplens-http": {"Requests by status": ("http_response_status_code", "200")},
}

# What is chosen in the variables: all hosts of each backend.
CHOICES = {
    "VictoriaMetrics": {"job": ".*", "host_label": "host_name"},
    "Prometheus": {"job": stage.JOB, "host_label": "instance"},
    # Where the configuration of Prometheus names hosts, or promotes attributes of the resource.
    "Prometheus with names": {"job": stage.JOB, "host_label": "host_name"},
}
# Grafana would take 4 s for an interval of a second; on a busy machine points are late.
STEP, RATE_INTERVAL = 1, "10s"


class Panels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage()
        cls.addClassCleanup(cls.stage.close)
        cls.begin, cls.end = cls.stage.play()

    def test_each_query_of_each_panel_has_data(self):
        """Both forms have the same queries (`test_generation`), so one is enough."""
        count = 0
        for (backend, client), dashboard in itertools.product(self.stage.backends.items(), dashboards()):
            known = chosen(dashboard, backend)
            for panel, query in ((panel, query) for panel in dashboard.panels for query in panel.queries):
                with self.subTest(backend, dashboard=dashboard.identifier, panel=panel.title, query=query.reference):
                    text = syntax.substitute(query.expression, known)
                    series = client.range(text, self.begin, self.end, STEP)
                    values = [value for one in series for _, value in one.points]
                    self.assertTrue(values, f"no data: {text}")
                    if panel.title not in AT_ZERO:
                        self.assertGreater(max(values), 0, text)
                    if panel.kind in ("table", "stat"):
                        client.instant(text, self.end)
                    count += 1
        self.assertGreater(count, 300)

    def test_each_fault_is_seen_on_its_panel(self):
        for (backend, client), dashboard in itertools.product(self.stage.backends.items(), dashboards()):
            panels = {panel.title: panel for panel in dashboard.panels}
            for title, (label, values) in SHOWN.get(dashboard.identifier, {}).items():
                with self.subTest(backend, panel=title):
                    text = syntax.substitute(panels[title].queries[0].expression, chosen(dashboard, backend))
                    series = client.range(text, self.begin, self.end, STEP)
                    found = {one.labels.get(label) for one in series if any(value > 0 for _, value in one.points)}
                    self.assertEqual(set(values.split()) - found, set())

    def test_the_label_that_names_a_host_is_found_by_itself(self):
        for backend, client in self.stage.backends.items():
            for dashboard in dashboards():
                (variable,) = [each for each in dashboard.variables if each.name == "host_label"]
                name = syntax.NAMES.match(variable.query)[1]
                found = labels(client, f'{{__name__=~".*{name}.*"}}')
                pattern = re.compile(variable.regex.strip("/"))
                first = min(label for label in found if pattern.search(label))
                self.assertEqual(first, CHOICES[backend]["host_label"], (backend, dashboard.identifier))

    def test_variables_offer_what_there_is(self):
        names, addresses = {stage.Scene.HOST, socket.gethostname()}, {"127.0.0.1:9464", "127.0.0.1:9465"}
        expected = {
            "VictoriaMetrics": {"host": names, "job": set()},
            "Prometheus": {"host": addresses, "job": {stage.JOB}},
            "Prometheus with names": {"host": names, "job": {stage.JOB}},
        }
        for (backend, client), dashboard in itertools.product(self.stage.backends.items(), dashboards()):
            known = {**syntax.values(dashboard), **CHOICES[backend]}
            for variable in dashboard.variables:
                if variable.kind != "query" or variable.name == "host_label":
                    continue
                selector, label = syntax.VALUES.match(syntax.substitute(variable.query, known)).groups()
                found = values_of(client, selector, label)
                with self.subTest(backend, dashboard=dashboard.identifier, variable=variable.name):
                    if variable.name == "service":
                        self.assertIn("shop", found)
                    else:
                        self.assertEqual(found, expected[backend][variable.name])

    def test_a_workload_and_a_host_can_be_chosen(self):
        """The numbers of what is chosen are those of its own, and together they are the whole."""
        for backend, client in self.stage.backends.items():
            (dashboard,) = [each for each in dashboards() if each.identifier == "tcplens-host"]
            known = chosen(dashboard, backend)
            (panel,) = [each for each in dashboard.panels if each.title == "Connections by state"]

            def listening(**choice):
                text = syntax.substitute(panel.queries[0].expression, known | choice)
                samples = client.instant(text, self.end)
                (value,) = [each.value for each in samples if each.labels["network_connection_state"] == "listen"]
                return value

            with self.subTest(backend):
                self.assertEqual(listening(service="shop"), 1)
                self.assertEqual(listening(service="shop|inventory"), 2)
                hosts = values_of(client, "system_network_connection_count", known["host_label"])
                parts = [listening(host=escaped(host)) for host in hosts]
                self.assertEqual(sum(parts), listening())

    def test_names_on_the_list_of_those_at_zero_are_panels(self):
        titles = {panel.title for dashboard in dashboards() for panel in dashboard.panels}
        self.assertEqual(AT_ZERO.keys() - titles, set())


def dashboards():
    """The dashboards of the classic form."""
    return [reading.read(form, data) for (form, _), data in support.files().items() if form == "classic"]


def chosen(dashboard, backend):
    """The values of the variables: exactly one service beside HTTP, otherwise all."""
    service = "shop" if dashboard.identifier == "tcplens-http" else ".*"
    intervals = {"interval": f"{STEP}s", "__rate_interval": RATE_INTERVAL}
    return {**syntax.values(dashboard), **CHOICES[backend], **intervals, "service": service}


def escaped(value):
    """A value as Grafana writes it into a regular expression within PromQL's quotes."""
    return re.escape(value).replace("\\", "\\\\")


def labels(client, selector):
    """The labels of series, as Grafana asks for them."""
    return client._ask("/api/v1/labels", {"match[]": selector})


def values_of(client, selector, label):
    """The values of a label of series, as Grafana asks for them."""
    return set(client._ask(f"/api/v1/label/{label}/values", {"match[]": selector}))
