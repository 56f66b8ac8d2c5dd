"""Draws what an agent cost over time."""

import textwrap

from tcplens_demo import charts
from tcplens_demo.svg import Picture

WIDTH, HEIGHT, GAP = 860, 96, 62
# The height of a line of text.
LINE = 18
BLUE, RED, ORANGE = "#0969da", "#cf222e", "#bf5700"


def draw(samples, title, story, bands=()):
    """Returns the SVG: a chart for each quantity, one below the other. Bands are the times of faults."""
    def line(name, field, colour=BLUE, factor=1):
        return charts.Line(name, [(each.time, getattr(each, field) * factor) for each in samples], colour)

    mebibyte = 1 / 2**20
    rows = [
        ("Sockets", "thousands", [line("sockets", "sockets", factor=1e-3)]),
        ("Memory of the process", "MiB", [line("resident", "resident", factor=mebibyte),
                                          line("private", "private", ORANGE, mebibyte)]),
        ("Memory of BPF maps", "MiB", [line("maps", "maps", factor=mebibyte)]),
        ("Open files", "", [line("files", "descriptors")]),
        ("An event", "ns", [line("event", "event")]),
        ("A pass", "ms", [line("pass", "walk")]),
        ("A pass, for each socket", "ns", [line("socket", "socket")]),
        ("Lost events, and the largest drift", "", [line("lost", "lost", RED), line("drift", "drift", ORANGE)]),
    ]
    legend = legend_of(bands)
    height = 96 + len(rows) * (HEIGHT + GAP) + LINE * len(legend)
    picture = Picture(WIDTH, height, title, story)
    picture.add("rect", x=0.5, y=0.5, width=WIDTH - 1, height=height - 1, rx=6, fill="#ffffff", stroke="#d0d7de")
    picture.text(24, 34, title, size=19, font_weight=700)
    picture.text(24, 56, story, fill=charts.GREY)
    begin, end = samples[0].time, samples[-1].time
    for place, (name, unit, lines) in enumerate(rows):
        top = 104 + place * (HEIGHT + GAP)
        frame = charts.Frame(72, WIDTH - 24, top, top + HEIGHT, begin, end)
        for band in bands:
            span = max(band.begin, begin), min(band.end, end)
            charts.draw_span(picture, frame, span, "" if place else str(numbers(bands)[band.name]))
        charts.draw_chart(picture, frame, name, unit, lines, gap=end - begin)
    step = next(step for step in (10, 30, 60, 300, 600, 1800, 3600, 36000) if (end - begin) / step <= 14)
    charts.draw_time(picture, frame, begin, "seconds since the beginning", step)
    for number, line in enumerate(legend):
        picture.text(24, height - LINE * (len(legend) - number), line, size=12, fill=charts.GREY)
    return picture.render()


def numbers(bands):
    """The number of each fault in the picture."""
    return {name: place for place, name in enumerate(dict.fromkeys(band.name for band in bands), 1)}


def legend_of(bands):
    """Lines that say which number is which fault."""
    # A name is not divided.
    names = (f"{number} {name}".replace(" ", "\N{NO-BREAK SPACE}") for name, number in numbers(bands).items())
    return textwrap.wrap(", ".join(names), 120)
