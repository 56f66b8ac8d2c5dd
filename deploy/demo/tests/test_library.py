"""Options, answers of backends, and segments."""

import contextlib
import io
import json
import os
import pathlib
import socket
import tempfile
import unittest
import unittest.mock

from tcplens_demo import faults, healthy, options, parts, programs, sockets
from tcplens_demo.promql import PromQL, Refused, numbers


class Options(unittest.TestCase):
    def test_without_options_all_faults_are_made(self):
        chosen = options.parse([])
        self.assertEqual(chosen.names, [fault.name for fault in faults.ALL])
        self.assertEqual((chosen.quick, chosen.backend), (False, "victoriametrics"))
        self.assertEqual(chosen.output.parts[-2:], ("docs", "demo"))

    def test_some_can_be_chosen(self):
        chosen = options.parse(["--fault", "loss", "--fault", "backup", "--quick", "--output", "/tmp/x"])
        self.assertEqual((chosen.names, chosen.quick), (["loss", "backup"], True))
        self.assertEqual(chosen.output, pathlib.Path("/tmp/x"))

    def test_an_unknown_name_is_refused(self):
        with self.assertRaises(SystemExit) as refused, contextlib.redirect_stderr(io.StringIO()) as text:
            options.parse(["--fault", "fire"])
        self.assertEqual(refused.exception.code, 2)
        self.assertIn("accept_queue", text.getvalue())

    def test_quick_is_shorter_and_still_long_enough(self):
        for situation in (*faults.ALL, *healthy.ALL):
            quick, usual = options.times(situation, True), options.times(situation, False)
            self.assertLess(sum(quick), sum(usual), situation.name)
            self.assertGreaterEqual(quick[1], situation.least, situation.name)


class Answers(unittest.TestCase):
    def client(self, data, status="success"):
        client = PromQL("http://127.0.0.1:1/prometheus")
        client._get = lambda path: (200, json.dumps({"status": status, "data": data, "error": "bad"}))
        return client

    def test_what_is_not_a_number_is_left_out(self):
        self.assertEqual(numbers([[1, "2"], [2, "NaN"], [3, "+Inf"], [4, "0"]]), [(1, 2), (4, 0)])

    def test_the_value_of_a_query_with_one_sample(self):
        row = {"metric": {"a": "b"}, "value": [1, "2.5"]}
        self.assertEqual(self.client({"resultType": "vector", "result": [row]}).value("x"), 2.5)
        self.assertIsNone(self.client({"resultType": "vector", "result": [row, row]}).value("x"))
        self.assertIsNone(self.client({"resultType": "vector", "result": []}).value("x"))
        self.assertEqual(self.client({"resultType": "scalar", "result": [1, "3"]}).value("x"), 3)

    def test_points_are_those_of_one_series(self):
        row = {"metric": {}, "values": [[1, "2"]]}
        self.assertEqual(self.client({"result": [row]}).points("x", 0, 1), [(1, 2)])
        self.assertEqual(self.client({"result": []}).points("x", 0, 1), [])
        with self.assertRaises(Refused):
            self.client({"result": [row, row]}).points("x", 0, 1)

    def test_a_range_has_exact_times(self):
        asked = []
        client = self.client({"result": []})
        answer = client._get
        client._get = lambda path: asked.append(path) or answer(path)
        client.range("x", 1.5, 9.25, step=2)
        self.assertIn("start=1.500&end=9.250&step=2&nocache=1", asked[0])

    def test_an_error_names_the_query(self):
        with self.assertRaisesRegex(Refused, "sum\\(: bad"):
            self.client(None, "error").instant("sum(")


class Parts(unittest.TestCase):
    def test_prometheus_scrapes_and_has_rules(self):
        scrapes = {"tcplens": ["127.0.0.1:9464"]}
        configuration = parts.Prometheus.configuration(scrapes, ["/rules.yaml"], "2s", ["host.name"])
        self.assertEqual(configuration["scrape_configs"][0]["static_configs"], [{"targets": ["127.0.0.1:9464"]}])
        self.assertEqual(configuration["rule_files"], ["/rules.yaml"])
        self.assertEqual(configuration["global"]["evaluation_interval"], "2s")


class Segments(unittest.TestCase):
    def test_a_syn_has_a_right_checksum_and_an_address_of_its_own(self):
        flood = sockets.Flood.__new__(sockets.Flood)
        flood._port = 8080
        packets = [flood._syn(number) for number in range(600)]
        self.assertEqual(len({(packet[12:16], packet[20:22]) for packet in packets}), 600)
        for packet in packets:
            self.assertEqual(len(packet), 40)
            self.assertEqual(packet[22:24], (8080).to_bytes(2, "big"))
            self.assertEqual(packet[33], 2)
            pseudo = packet[12:16] + packet[16:20] + bytes([0, socket.IPPROTO_TCP, 0, 20])
            self.assertEqual(sockets._checksum(pseudo + packet[20:]), 0)


class Programs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = pathlib.Path(folder.name)
        for name, age in (("release", 50), ("debug", 10)):
            program = self.build / name / "tcplens"
            program.parent.mkdir()
            program.touch(0o755)
            os.utime(program, (1000 - age, 1000 - age))

    def found(self, **environment):
        with unittest.mock.patch.object(programs, "BUILD", self.build), \
                unittest.mock.patch.dict(os.environ, environment):
            return programs.tcplens()

    def test_the_last_build_is_taken(self):
        self.assertEqual(self.found(TCPLENS=""), str(self.build / "debug/tcplens"))

    def test_a_path_in_the_environment_comes_first(self):
        self.assertEqual(self.found(TCPLENS="/bin/sh"), "/bin/sh")

    def test_without_any_the_error_says_what_to_do(self):
        for name in ("release", "debug"):
            (self.build / name / "tcplens").unlink()
        with self.assertRaisesRegex(programs.Missing, "make release"):
            self.found(TCPLENS="")
