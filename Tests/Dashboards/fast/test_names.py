"""Whether every name in every query is in the registry."""

import unittest

import names
import reading
import support


class Names(unittest.TestCase):
    def test_every_metric_label_and_value_is_in_the_registry(self):
        checker = names.Names(support.registry())
        for dashboard in support.dashboards():
            with self.subTest(dashboard.identifier, form=dashboard.form):
                self.assertTrue(dashboard.panels)
                self.assertEqual(sorted(set(checker.findings(dashboard))), [])


class Broken(support.Broken):
    """Each kind of wrong name is found."""

    def found(self):
        checker = names.Names(support.registry())
        return [" | ".join(finding) for finding in checker.findings(reading.read("classic", self.data))]

    def test_a_metric_that_does_not_exist(self):
        self.replace("Data", "tcplens_connection_io_bytes_total", "tcplens_connection_bytes_total")
        self.assert_found("Data, A", "no metric is called tcplens_connection_bytes_total")

    def test_the_buckets_of_a_counter(self):
        self.replace("Resets", "tcplens_resets_total", "tcplens_resets_total_bucket")
        self.assert_found("Resets, A", "no metric is called tcplens_resets_total_bucket")

    def test_a_label_of_another_metric_in_a_matcher(self):
        self.replace("Resets", "{", '{tcplens_retransmit_type="fast", ')
        self.assert_found("Resets, A", "tcplens_resets_total has no label tcplens_retransmit_type")

    def test_a_label_of_another_metric_in_a_sum(self):
        self.replace("Resets", "by (network_io_direction)", "by (tcplens_abort_reason)")
        self.assert_found("Resets, A", "tcplens_resets_total has no label tcplens_abort_reason")

    def test_a_label_of_another_metric_in_a_join(self):
        self.replace("Ports in use, by the port of the peer", "on ($host_label)", "on (network_peer_port)")
        self.assert_found("tcplens_ephemeral_port_limit has no label network_peer_port")

    def test_a_value_that_the_label_never_has(self):
        self.replace("CLOSE_WAIT by workload", '"close_wait"', '"closewait"')
        self.assert_found("CLOSE_WAIT by workload, A", "network_connection_state is never 'closewait'")

    def test_a_value_in_a_regular_expression(self):
        self.replace("CLOSE_WAIT by workload", '="close_wait"', '=~"close_wait|time_waits"')
        self.assert_found("network_connection_state is never 'time_waits'")

    def test_a_value_of_the_same_label_of_another_metric(self):
        self.replace("Oldest connection in each state", "{", '{network_connection_state="listen", ')
        self.assert_found("tcplens_connection_state_age_seconds: network_connection_state is never 'listen'")

    def test_the_absence_of_a_label_that_is_always_there(self):
        self.replace("Resets", "{", '{network_io_direction="", ')
        self.assert_found("tcplens_resets_total always has the label network_io_direction")

    def test_a_query_that_is_not_promql(self):
        self.replace("Resets", "sum by (", "sum by ")
        self.assert_found("Resets, A")

    def test_a_variable_that_does_not_exist(self):
        self.replace("Resets", "$service", "$workload")
        self.assert_found("$workload is not a variable of the dashboard")

    def test_a_variable_that_asks_for_a_metric_that_does_not_exist(self):
        self.variable("host", "system_network_connection_count", "system_network_connections")
        self.assert_found("$host", "no metric is called system_network_connections")

    def test_a_variable_that_asks_for_a_label_that_does_not_exist(self):
        self.variable("service", "service_name", "service")
        self.assert_found("$service", "system_network_connection_count has no label service")

    def test_a_variable_that_asks_for_the_labels_of_no_metric(self):
        self.variable("host_label", "system_network_connection_count", "node_netstat_Tcp")
        self.assert_found("$host_label", "no metric is called node_netstat_Tcp")

    def variable(self, name, old, new):
        (variable,) = [item for item in self.data["templating"]["list"] if item["name"] == name]
        variable["query"]["query"] = variable["query"]["query"].replace(old, new)
