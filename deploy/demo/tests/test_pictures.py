"""Charts and SVG."""

import unittest
import xml.etree.ElementTree

from tcplens_demo import charts, faults
from tcplens_demo.drawing import draw
from tcplens_demo.recording import Recording
from tcplens_demo.svg import Picture, attributes, number


class SVG(unittest.TestCase):
    def test_numbers_have_one_decimal_at_most(self):
        self.assertEqual([number(value) for value in (1.0, 1.26, -0.5, 12, "5 4")], ["1", "1.3", "-0.5", "12", "5 4"])

    def test_names_of_attributes_have_hyphens_and_values_are_escaped(self):
        text = attributes({"stroke_width": 2, "title": '<"', "fill": None})
        self.assertEqual(text, " stroke-width=\"2\" title='&lt;\"'")

    def test_text_is_escaped(self):
        picture = Picture(10, 10, "a < b", "c & d")
        picture.text(1, 2, "e > f")
        texts = [element.text for element in xml.etree.ElementTree.fromstring(picture.render()).iter() if element.text]
        self.assertEqual([text for text in texts if text.strip()], ["a < b", "c & d", "e > f"])

    def test_a_closed_path_returns_to_its_begin(self):
        picture = Picture(10, 10, "")
        picture.path([(0, 1), (2.25, 3)], closed=True)
        self.assertIn('d="M0 1 L2.2 3Z"', picture.render())


class Axes(unittest.TestCase):
    def test_ticks_are_round_and_reach_the_greatest_value(self):
        self.assertEqual(charts.ticks(33), [0, 10, 20, 30, 40])
        self.assertEqual(charts.ticks(0.016), [0, 0.005, 0.01, 0.015, 0.02])
        self.assertEqual(charts.ticks(40), [0, 10, 20, 30, 40])
        self.assertEqual(charts.ticks(0), [0, 1])

    def test_labels_have_thin_spaces_and_no_superfluous_digits(self):
        labels = [charts.label(value) for value in (1500, 2.5, 0.30000000000000004)]
        self.assertEqual(labels, ["1\u202f500", "2.5", "0.3"])

    def test_a_line_is_broken_where_points_are_missing(self):
        self.assertEqual(charts.pieces([(1, 5), (2, 5), (9, 5)], gap=2.5), [[(1, 5), (2, 5)], [(9, 5)]])
        self.assertEqual(charts.pieces([], gap=2.5), [])

    def test_times_are_spread_over_the_width(self):
        frame = charts.Frame(100, 200, 0, 10, begin=50, end=60)
        self.assertEqual([frame.x(50), frame.x(55), frame.x(60)], [100, 150, 200])


class Drawing(unittest.TestCase):
    def recording(self, latency):
        lines = {name: [(time, value) for time in range(60)] for name, value in
                 {"client": latency, "server": 0.01, "signal": 33, "limit": 32}.items()}
        return Recording(faults.FullAcceptQueue(), 0, 10, 40, 59, lines)

    def test_the_picture_has_titles_units_a_legend_and_the_span_of_the_fault(self):
        picture = draw(self.recording(2))
        xml.etree.ElementTree.fromstring(picture)
        for text in (
            ">Full accept queue<", ">measured by clients<", ">measured by the server<", ">s<", ">connections<",
            ">fault<", ">its limit<", ">seconds since the fault began<", f">{faults.FullAcceptQueue.caption}<",
        ):
            self.assertIn(text, picture)

    def test_short_latencies_are_in_milliseconds(self):
        self.assertIn(">ms<", draw(self.recording(0.2)))

    def test_every_text_fits(self):
        """A letter is at most 0.55 of the size of the font wide, on average."""
        for fault in faults.ALL:
            self.assertLess(len(fault.story) * 13 * 0.55, 860 - 48, fault.name)
            self.assertLess(len(fault.caption) * 13 * 0.55, 860 - 48, fault.name)
