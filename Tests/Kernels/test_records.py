"""Tests of how a run is compared with what is recorded."""

import copy
import pathlib
import sys
import tempfile
import unittest

import records

LINES = """missing: no tracepoint x
doctor: ok kernel: Linux 6.12.118+deb13-cloud-amd64, x86_64
doctor: ok pass: 4 connections in 1.2 ms
doctor: !! missing here: no tracepoint x
verified: self/on_send 300
verified: self/on_send 400
verified: node/walk 40000
memory: tcplens 17000
memory: kernel 4000""".splitlines()
PACKAGE = "linux-image-6.12.118+deb13-cloud-amd64"


class RecordsTests(unittest.TestCase):
    def setUp(self):
        self.found = records.parse(PACKAGE, LINES)

    def failures(self, change):
        changed = copy.deepcopy(self.found)
        change(changed)
        return records.compare(self.found, changed)[0]

    def test_a_run_is_read(self):
        self.assertEqual(self.found["verified instructions"], {"node/walk": 40000, "self/on_send": 400})
        self.assertEqual(self.found["memory, KiB"], {"tcplens": 17000, "kernel": 4000})
        self.assertEqual(self.found["doctor"], [
            "ok kernel: Linux 6.12, x86_64", "ok pass: … connections in …", "!! missing here: no tracepoint x",
        ])

    def test_what_is_recorded_passes(self):
        self.assertEqual(records.compare(self.found, self.found), ([], []))

    def test_another_word_of_the_doctor_fails(self):
        found = self.failures(lambda run: run["doctor"].__setitem__(2, "!! missing here: no tracepoint y"))
        self.assertIn("    -!! missing here: no tracepoint x", found)
        self.assertIn("    +!! missing here: no tracepoint y", found)
        self.assertTrue(self.failures(lambda run: run["doctor"].clear()))

    def test_a_program_that_grows_by_more_than_a_fifth_fails(self):
        for count, fails in (40000, False), (48020, False), (48021, True):
            with self.subTest(count):
                found = self.failures(lambda run: run["verified instructions"].update({"node/walk": count}))
                self.assertEqual(bool(found), fails)

    def test_a_program_that_shrinks_is_mentioned(self):
        changed = copy.deepcopy(self.found)
        changed["verified instructions"]["node/walk"] = 20000
        failures, notes = records.compare(self.found, changed)
        self.assertEqual((failures, len(notes)), ([], 1))

    def test_a_program_near_the_limit_fails_whatever_is_recorded(self):
        self.found["verified instructions"]["node/walk"] = records.MOST_INSTRUCTIONS + 1
        self.assertTrue(records.compare(self.found, self.found)[0])

    def test_programs_that_come_and_go_fail(self):
        self.assertTrue(self.failures(lambda run: run["verified instructions"].pop("node/walk")))
        self.assertTrue(self.failures(lambda run: run["verified instructions"].update({"self/new": 1})))
        self.assertTrue(self.failures(lambda run: run["verified instructions"].clear()))

    def test_memory_that_grows_by_half_fails(self):
        for amount, fails in (8000, False), (8049, True):
            with self.subTest(amount):
                found = self.failures(lambda run: run["memory, KiB"].update({"kernel": amount}))
                self.assertEqual(bool(found), fails)
        self.assertTrue(self.failures(lambda run: run["memory, KiB"].pop("kernel")))

    def test_names(self):
        self.assertEqual(records.name(PACKAGE, None), "6.12")
        self.assertEqual(records.name("linux-binary-7.3.4+deb13-cloud-amd64", "interpreted"), "7.3+interpreted")

    def test_only_a_kernel_newer_than_all_is_new(self):
        with tempfile.TemporaryDirectory() as folder:
            before, records.FOLDER = records.FOLDER, pathlib.Path(folder)
            try:
                for kernel in "6.9", "6.12", "5.10+lockdown":
                    records.write(kernel, self.found)
                self.assertEqual(records.kernels(), ["6.9", "6.12", "5.10+lockdown"])
                self.assertEqual(records.read("6.12"), self.found)
                self.assertTrue(records.is_new("6.13") and not records.is_new("6.12") and not records.is_new("6.10"))
            finally:
                records.FOLDER = before


if __name__ == "__main__":
    sys.exit(unittest.main())
