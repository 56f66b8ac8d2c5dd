"""The comparison with a record: it fails when it should."""

import unittest

from suite import record


def example(**group):
    parts = {"why": "", "share": 0.1, "elsewhere": 1, "depends on": ["kernel"], "figures": {"a": 100}} | group
    return {"recorded on": {"kernel": "6.18"}, "groups": {"g": parts}}


HERE, OTHER = {"kernel": "6.18"}, {"kernel": "6.1"}


def verdict(measured, environment=HERE, **group):
    (found,) = record.compare(example(**group), environment, {"g": {"a": measured}})
    return found.verdict, found.fails


class CompareTests(unittest.TestCase):
    def test_within_the_tolerance(self):
        self.assertEqual(verdict(110), (record.SAME, False))
        self.assertEqual(verdict(90), (record.SAME, False))

    def test_worse_fails(self):
        self.assertEqual(verdict(111), (record.WORSE, True))

    def test_better_is_said(self):
        self.assertEqual(verdict(89), (record.BETTER, False))

    def test_an_absolute_tolerance_is_added(self):
        self.assertEqual(verdict(112, absolute=2), (record.SAME, False))
        self.assertEqual(verdict(113, absolute=2), (record.WORSE, True))

    def test_elsewhere_more_is_allowed(self):
        self.assertEqual(verdict(200, OTHER), (record.SAME, False))
        self.assertEqual(verdict(201, OTHER), (record.WORSE, True))

    def test_what_is_not_recorded_or_gone_fails(self):
        findings = record.compare(example(), HERE, {"g": {"b": 1}})
        self.assertEqual([(one.name, one.verdict) for one in findings], [("a", record.GONE), ("b", record.UNKNOWN)])
        self.assertTrue(all(one.fails for one in findings))

    def test_what_was_not_measured_is_left_out(self):
        self.assertEqual(record.compare(example(), HERE, {"g": None}), [])

    def test_an_update_makes_it_pass(self):
        before = example()
        after = record.updated(before, OTHER, {"g": {"a": 500}})
        self.assertEqual(after["groups"]["g"]["share"], 0.1)
        self.assertEqual([one.verdict for one in record.compare(after, OTHER, {"g": {"a": 500}})], [record.SAME])
        self.assertEqual(before["groups"]["g"]["figures"], {"a": 100})

    def test_each_figure_can_fail(self):
        self.assertEqual(record.untold(example(), HERE, {"g": {"a": 100}}), [])

    def test_a_group_that_allows_too_much_is_told(self):
        for share in 0.26, 1e9, float("inf"), float("nan"):
            self.assertIn("g: share", record.untold(example(share=share), HERE, {"g": {"a": 100}}))
        self.assertEqual(record.untold(example(share=1e9), HERE, {"g": {"a": 1000}}), ["g: share", "g: a"])
        self.assertEqual(record.untold(example(absolute=1000), HERE, {"g": {"a": 100}}), ["g: a"])
        self.assertEqual(record.untold(example(elsewhere=1.6), HERE, {"g": {"a": 100}}), ["g: elsewhere"])
        self.assertEqual(record.untold(example(elsewhere=1.5), OTHER, {"g": {"a": 100}}), [])

    def test_a_group_that_is_not_recorded_fails(self):
        found = record.compare(example(), HERE, {"g": {"a": 100}, "new": {"b": 1}, "nothing": None})
        self.assertEqual([(one.group, one.name) for one in found if one.fails], [("new", "b")])


if __name__ == "__main__":
    unittest.main()
