"""Charts over time, one below the other on the same axis."""

import dataclasses
import math

GRID, AXIS, GREY = "#e6e8eb", "#8c959f", "#57606a"


@dataclasses.dataclass
class Line:
    title: str
    # Pairs of a time in seconds and a value.
    points: list
    colour: str
    is_dashed: bool = False
    is_filled: bool = False


def ticks(most, count=4):
    """Round numbers from zero to the first that is not less than `most`."""
    if most <= 0:
        return [0, 1]
    rough = most / count
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    return [step * place for place in range(math.ceil(most / step * 0.999) + 1)]


def label(value):
    """A number of an axis: `0.25`, `10`, `1 500`."""
    text = f"{value:,.10g}".replace(",", "\u202f")
    return text


def pieces(points, gap):
    """The points without the gaps between them: several lists."""
    result = []
    for point in points:
        if result and point[0] - result[-1][-1][0] <= gap:
            result[-1].append(point)
        else:
            result.append([point])
    return result


@dataclasses.dataclass
class Frame:
    """Where a chart is in the picture, and from when to when."""

    left: float
    right: float
    top: float
    bottom: float
    begin: float
    end: float

    def x(self, time):
        return self.left + (time - self.begin) / (self.end - self.begin) * (self.right - self.left)


def draw_span(picture, frame, span, text):
    """Shades the time of a fault."""
    left, right = frame.x(span[0]), frame.x(span[1])
    picture.add("rect", x=left, y=float(frame.top), width=right - left, height=float(frame.bottom - frame.top),
                fill="#fff1e5")
    for x in (left, right):
        picture.line(x, frame.top, x, frame.bottom, "#f0b37e", stroke_dasharray="3 3")
    if text:
        picture.text((left + right) / 2, frame.top - 6, text, size=11, fill="#bc4c00", text_anchor="middle")


def draw_legend(picture, frame, lines, y):
    """The titles of the lines, from the right. A single line has that of its chart."""
    if len(lines) < 2:
        return
    x = frame.right
    for line in reversed(lines):
        x -= 7.0 * len(line.title)
        picture.text(x, y, line.title, size=12, fill=GREY)
        x -= 26
        picture.line(x, y - 4, x + 20, y - 4, line.colour, stroke_width=2.5,
                     stroke_dasharray="5 4" if line.is_dashed else None)
        x -= 18


def draw_chart(picture, frame, title, unit, lines, gap=2.5):
    """Draws axes, a grid, and the lines with their legend."""
    marks = ticks(max((value for line in lines for _, value in line.points), default=0) * 1.02)
    scale = (frame.bottom - frame.top) / marks[-1]

    def y(value):
        return frame.bottom - value * scale

    picture.text(24, frame.top - 24, title, size=13, font_weight=600)
    draw_legend(picture, frame, lines, frame.top - 24)
    for mark in marks:
        picture.line(frame.left, y(mark), frame.right, y(mark), GRID if mark else AXIS)
        picture.text(frame.left - 8, y(mark) + 4, label(mark), size=11, fill=GREY, text_anchor="end")
    picture.text(24, frame.top - 8, unit, size=11, fill=GREY)
    for line in lines:
        for piece in pieces(line.points, gap):
            corners = [(frame.x(time), y(value)) for time, value in piece]
            if line.is_filled and len(corners) > 1:
                base = [(corners[-1][0], frame.bottom), (corners[0][0], frame.bottom)]
                picture.path(corners + base, closed=True, fill=line.colour, fill_opacity="0.12")
            picture.path(corners, fill="none", stroke=line.colour, stroke_width="1.5" if line.is_dashed else "2.2",
                         stroke_linejoin="round", stroke_linecap="round",
                         stroke_dasharray="5 4" if line.is_dashed else None)


def draw_time(picture, frame, origin, title, step=10):
    """The axis of time, in seconds from `origin`."""
    first = math.ceil((frame.begin - origin) / step) * step
    for seconds in range(first, int(frame.end - origin) + 1, step):
        x = frame.x(origin + seconds)
        picture.line(x, frame.bottom, x, frame.bottom + 4, AXIS)
        picture.text(x, frame.bottom + 18, label(seconds).replace("-", "\u2212"), size=11, fill=GREY,
                     text_anchor="middle")
    picture.text((frame.left + frame.right) / 2, frame.bottom + 36, title, size=11, fill=GREY, text_anchor="middle")
