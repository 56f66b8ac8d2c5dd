"""The rules of the usual linters: no finding in the dashboards, and each rule finds what breaks it."""

import unittest

import promql_parser as promql

import names
import reading
import rules
import support
import units


class Rules(unittest.TestCase):
    def test_no_rule_finds_anything(self):
        for dashboard in support.dashboards():
            with self.subTest(dashboard.identifier, form=dashboard.form):
                self.assertEqual(list(rules.findings(dashboard, support.registry())), [])

    def test_each_rule_has_a_test_that_breaks_it(self):
        tested = {name.removeprefix("test_").partition("__")[0] for name in dir(Broken) if name.startswith("test_")}
        self.assertEqual(tested, {rule.__name__ for rule in rules.RULES})


class Broken(support.Broken):
    """Each test is named after the rule that must find the mistake, and nothing else may be found."""

    def found(self):
        dashboard = reading.read("classic", self.data)
        rule = self._testMethodName.removeprefix("test_").partition("__")[0]
        findings = list(rules.findings(dashboard, support.registry()))
        self.assertEqual({finding[0] for finding in findings} - {rule}, set(), findings)
        return [" | ".join(finding) for finding in findings]

    def test_titles__a_panel_without_title(self):
        self.panels["Resets"]["title"] = ""
        self.assert_found("no title")

    def test_titles__a_dashboard_without_description(self):
        self.data["description"] = ""
        self.assert_found("dashboard", "no description")

    def test_titles__the_same_twice(self):
        self.panels["Resets"]["title"] = "Data"
        self.assert_found("Data", "another panel has the same title")

    def test_titles__no_queries(self):
        self.panels["Resets"]["targets"] = []
        self.assert_found("Resets", "no queries")

    def test_described__not_what_the_registry_says(self):
        self.panels["Resets"]["description"] = "Resets."
        self.assert_found("Resets", "the description does not have that of tcplens.resets")

    def test_shown_units__no_unit(self):
        del self.panels["Data"]["fieldConfig"]["defaults"]["unit"]
        self.assert_found("Data", "A has no unit")

    def test_shown_units__not_that_of_the_metric(self):
        self.panels["Data"]["fieldConfig"]["defaults"]["unit"] = "bytes"
        self.assert_found("Data", "A is shown in bytes, but has: Bps")

    def test_shown_units__not_that_of_the_right_axis(self):
        panel = self.panels["TIME_WAIT and its limit"]
        panel["fieldConfig"]["overrides"][0]["properties"][0]["value"] = "s"
        self.assert_found("TIME_WAIT and its limit", "C is shown in s")

    def test_shown_units__different_ones_added(self):
        self.replace("Round trips", "histogram_quantile", "sum(tcplens_memory_usage_bytes{%s}) + histogram_quantile")
        self.target("Round trips")["expr"] = self.target("Round trips")["expr"].replace(
            "%s", 'job=~"$job", $host_label=~"$host"'
        )
        description = support.registry().metric("tcplens.memory.usage").description
        self.panels["Round trips"]["description"] += description
        self.assert_found("Round trips", "A: {'By': 1} + {'s': 1}")

    def test_rate_intervals__a_fixed_range(self):
        self.replace("Resets", "$__rate_interval", "5m")
        self.assert_found("Resets", "A has a rate over 0:05:00")

    def test_rate_intervals__no_least_step(self):
        self.target("Resets")["interval"] = "15s"
        self.assert_found("Resets", "A does not have $interval as its least step")

    def test_counters__without_rate(self):
        self.replace("Resets", "rate(", "max_over_time(")
        self.panels["Resets"]["fieldConfig"]["defaults"]["unit"] = "short"
        self.assert_found("Resets", "tcplens_resets_total counts, and is not in a rate")

    def test_counters__the_rate_of_a_stock(self):
        self.replace("Stalled by a zero window", "tcplens_connection_stalled", "rate(tcplens_connection_stalled")
        self.replace("Stalled by a zero window", "})", "}[$__rate_interval]))")
        self.panels["Stalled by a zero window"]["fieldConfig"]["defaults"]["unit"] = "cps"
        self.assert_found("tcplens_connection_stalled does not count, and is in a rate")

    def test_quantiles__without_bounds(self):
        self.replace("Round trips", "by (le)", "by (network_type)")
        self.target("Round trips")["legendFormat"] = "{{network_type}}"
        self.assert_found("Round trips", "the sum does not keep le")

    def test_sources__a_fixed_one(self):
        self.target("Resets")["datasource"]["uid"] = "prometheus"
        self.assert_found("Resets", "A has the data source prometheus")

    def test_sources__a_fixed_one_for_a_variable(self):
        self.variable("job")["datasource"]["uid"] = "prometheus"
        self.assert_found("$job", "has the data source prometheus")

    def test_sources__not_the_first_variable(self):
        self.data["templating"]["list"].reverse()
        self.assert_found("the first is not the data source")

    def test_matchers__not_the_job(self):
        self.replace("Resets", 'job=~"$job", ', "")
        self.assert_found("Resets", "tcplens_resets_total is not limited to what is chosen")

    def test_matchers__not_the_host(self):
        self.replace("Segments", ', $host_label=~"$host"', "")
        self.assert_found("Segments", "tcplens_segments_total is not limited to what is chosen")

    def test_matchers__none_at_all(self):
        target = self.target("Ports for connections")
        target["expr"] = "sum by ($host_label) (tcplens_ephemeral_port_limit)"
        self.assert_found("Ports for connections", "tcplens_ephemeral_port_limit is not limited to what is chosen")

    def test_legends__none(self):
        self.target("Resets")["legendFormat"] = ""
        self.assert_found("Resets", "A has no legend")

    def test_legends__a_label_that_the_query_does_not_keep(self):
        self.target("Resets")["legendFormat"] += " {{network_type}}"
        self.assert_found("Resets", "has network_type, which the query does not keep")

    def test_legends__not_all_that_tells_series_apart(self):
        self.target("Data")["legendFormat"] = "{{network_io_direction}}"
        self.assert_found("Data", "does not have tcplens_connection_role")

    def test_legends__a_column_without_name(self):
        self.data = support.original("tcplens-fleet")
        del support.panels(self.data)["Hosts"]["transformations"][1]["options"]["renameByName"]["Value #A"]
        self.assert_found("Hosts", "the column of A has no name")

    def test_settings__editable(self):
        self.data["editable"] = True
        self.assert_found("is editable")

    def test_settings__no_tag(self):
        self.data["tags"] = []
        self.assert_found("does not have the tag tcplens")

    def test_settings__no_links(self):
        self.data["links"] = []
        self.assert_found("does not lead to the others")

    def test_settings__a_link_that_forgets(self):
        self.data["links"][0]["includeVars"] = False
        self.assert_found("a link forgets variables or the time")

    def test_settings__no_refresh(self):
        self.data["refresh"] = ""
        self.assert_found("does not refresh")

    def test_variables__one_that_is_not_used(self):
        self.data["templating"]["list"].append(dict(self.variable("interval"), name="unused"))
        self.assert_found("$unused", "is not used")

    def test_variables__one_without_description(self):
        self.variable("job")["description"] = ""
        self.assert_found("$job", "has no description")

    def test_variables__one_that_is_missing(self):
        self.data = support.original("tcplens-http")
        variables = self.data["templating"]["list"]
        variables[:] = [item for item in variables if item["name"] != "host"]
        self.assert_found("$host", "is missing")

    def test_layout__over_another(self):
        self.panels["Data"]["gridPos"]["x"] = 4
        self.panels["Connections by state"]["gridPos"]["y"] += 4
        self.panels["Changes of state"]["gridPos"]["y"] += 4
        self.assert_found("overlaps with")

    def test_layout__over_a_row(self):
        for panel in support.panels(self.data).values():
            if panel["gridPos"]["y"] == 1:
                panel["gridPos"]["y"] = 0
        self.assert_found("overlaps with row Connections")

    def test_layout__beyond_the_columns(self):
        self.panels["Life of connections"]["gridPos"]["x"] = 17
        self.assert_found("Life of connections", "is not within the columns")

    def test_layout__a_gap(self):
        self.panels["Life of connections"]["gridPos"]["w"] = 7
        self.assert_found("Connections", "23 columns wide")

    def test_layout__too_low(self):
        for title in ("Data", "Data that waits", "Life of connections"):
            self.panels[title]["gridPos"]["h"] = 2
        self.assert_found("has the height 2")

    def test_layout__an_empty_row(self):
        (row,) = [item for item in self.data["panels"] if item["title"] == "Limits of the host"]
        bottom = row["gridPos"]["y"]
        self.data["panels"] = [item for item in self.data["panels"] if item["gridPos"]["y"] <= bottom]
        self.assert_found("Limits of the host", "is an empty row")

    def variable(self, name):
        """A variable of the broken dashboard."""
        (variable,) = [item for item in self.data["templating"]["list"] if item["name"] == name]
        return variable


class Units(unittest.TestCase):
    def test_units_follow_from_those_of_metrics(self):
        calculator = units.Units(support.registry())
        cases = {
            "tcplens_memory_usage_bytes": {"By": 1},
            "sum(rate(tcplens_connection_io_bytes_total[5m]))": {"By": 1, "s": -1},
            "rate(process_cpu_time_seconds_total[5m])": {},
            "rate(tcplens_resets_total[5m])": {"s": -1},
            "increase(tcplens_resets_total[5m])": {},
            "histogram_quantile(0.95, sum by (le) (rate(tcplens_rtt_seconds_bucket[5m])))": {"s": 1},
            "rate(tcplens_rtt_seconds_sum[5m]) / rate(tcplens_rtt_seconds_count[5m])": {"s": 1},
            "tcplens_memory_usage_bytes / tcplens_memory_limit_bytes": {},
            "tcplens_connection_unfollowed / rate(tcplens_handshakes_total[5m])": {"s": 1},
            "max_over_time(tcplens_connection_state_age_seconds[5m]) > 60": {"s": 1},
            "count(tcplens_memory_usage_bytes)": {},
            "topk(10, tcplens_memory_usage_bytes)": {"By": 1},
            "abs(-tcplens_memory_usage_bytes)": {"By": 1},
            "tcplens_memory_usage_bytes * tcplens_connection_unfollowed": {"By": 1},
            f"rate({names.HTTP}_count[5m])": {"s": -1},
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(calculator.of(promql.parse(text)), expected)
