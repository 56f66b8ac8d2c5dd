"""What a recording must show."""

import unittest

from tcplens_demo import checks, faults, healthy
from tcplens_demo.recording import Recording, usual


def recording(situation, **values):
    """`values` has the value before and during the situation by line."""
    lines = {name: [(time, before if time <= 10 else during) for time in range(30)]
             for name, (before, during) in values.items()}
    return Recording(situation, 0, 10, 20, 30, lines)


class Faults(unittest.TestCase):
    def check(self, **values):
        return checks.check(recording(faults.FullAcceptQueue(), **values))

    def test_a_signal_and_a_latency_that_rise_are_as_expected(self):
        self.assertEqual(self.check(signal=(0, 33), client=(0.02, 3), server=(0.01, 0.01)), [])

    def test_without_the_shop_only_the_signal_counts(self):
        self.assertEqual(self.check(signal=(0, 33)), [])

    def test_a_signal_that_does_not_rise_is_a_finding_with_its_numbers(self):
        (finding,) = self.check(signal=(0, 31), client=(0.02, 3), server=(0.01, 0.01))
        self.assertIn("only rose to 31 connections", finding)

    def test_a_signal_that_was_not_quiet_is_a_finding(self):
        (finding,) = self.check(signal=(9, 33), client=(0.02, 3), server=(0.01, 0.01))
        self.assertIn("was 9 connections before the fault", finding)

    def test_a_latency_that_does_not_rise_is_a_finding(self):
        (finding,) = self.check(signal=(0, 33), client=(0.02, 0.07), server=(0.01, 0.01))
        self.assertIn("only rose from 0.02 s to 0.07 s", finding)

    def test_missing_values_are_findings(self):
        empty = Recording(faults.FullAcceptQueue(), 0, 10, 20, 30, {"signal": [], "client": [], "server": []})
        self.assertEqual(len(checks.check(empty)), 2)

    def test_the_summary_has_the_numbers(self):
        text = checks.summary(recording(faults.FullAcceptQueue(), client=(0.02, 3), signal=(0, 33), limit=(32, 32)))
        self.assertEqual(text, "Full accept queue: p95 of the client 20 → 3000 ms, signal 0 → 33")


class HealthySituations(unittest.TestCase):
    def test_no_signal_may_be_as_in_a_fault(self):
        calm = {fault.name: (0, fault.signal.quiet) for fault in faults.ALL}
        self.assertEqual(checks.check(recording(healthy.Backup(), **calm)), [])
        (finding,) = checks.check(recording(healthy.Backup(), **{**calm, "loss": (0, 8)}))
        self.assertIn("segments sent again rose to 8 %", finding)


class Numbers(unittest.TestCase):
    def test_the_usual_value_is_the_median(self):
        self.assertEqual([usual([1, 2, 90]), usual([])], [2, 0])
