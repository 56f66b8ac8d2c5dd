"""Medians, ratios, and when a difference is noise."""

import unittest

from suite.figures import Figure, Ratio, quantile
from suite.turns import in_turn


class FigureTests(unittest.TestCase):
    def test_median_and_quartiles(self):
        self.assertEqual(Figure([3, 1, 2]).median, 2)
        self.assertEqual(Figure([3, 1, 2]).quartiles, (1, 3))
        self.assertEqual(Figure([1, 2, 3, 4, 100]).quartiles, (2, 4))

    def test_no_values(self):
        with self.assertRaises(ValueError):
            Figure([])

    def test_a_quantile(self):
        self.assertEqual(quantile(range(100), 0.99), 99)
        self.assertEqual(quantile([5], 0.5), 5)


class RatioTests(unittest.TestCase):
    def test_pairs_that_differ_alike_are_told_though_the_machine_drifts(self):
        ratio = Ratio([10, 20, 40, 80], [5, 10, 20, 40])
        self.assertEqual(ratio.median, 2)
        self.assertFalse(ratio.is_noise)

    def test_pairs_that_spread_more_than_they_differ_are_noise(self):
        self.assertTrue(Ratio([10, 12, 8, 11, 9], [10, 10, 10, 10, 10]).is_noise)

    def test_a_single_pair_says_nothing(self):
        self.assertTrue(Ratio([10], [1]).is_noise)

    def test_sides_of_different_length(self):
        with self.assertRaises(ValueError):
            Ratio([1, 2], [1])


class TurnTests(unittest.TestCase):
    def test_each_round_begins_with_another(self):
        order = []
        results = in_turn("abc", 2, lambda name: order.append(name) or len(order))
        self.assertEqual("".join(order), "abcbca")
        self.assertEqual(results, {"a": [1, 6], "b": [2, 4], "c": [3, 5]})


if __name__ == "__main__":
    unittest.main()
