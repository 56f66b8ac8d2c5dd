"""The picture of a fault: HTTP latency above, the signal of TCP below, on one axis of time."""

from . import charts
from .svg import Picture

WIDTH, HEIGHT = 860, 500
CLIENT, SERVER, SIGNAL = "#bf5700", "#0969da", "#cf222e"


def draw(recording):
    """Returns the SVG."""
    fault = recording.situation
    signal = fault.signal
    picture = Picture(WIDTH, HEIGHT, fault.title, f"{fault.story} {fault.caption}")
    picture.add("rect", x=0.5, y=0.5, width=WIDTH - 1, height=HEIGHT - 1, rx=6, fill="#ffffff", stroke="#d0d7de")
    picture.text(24, 34, fault.title, size=19, font_weight=700)
    picture.text(24, 56, fault.story, fill=charts.GREY)
    upper = charts.Frame(72, WIDTH - 24, 112, 242, recording.start, recording.stop)
    lower = charts.Frame(72, WIDTH - 24, 298, 418, recording.start, recording.stop)
    span = (recording.begin, recording.end)
    charts.draw_span(picture, upper, span, "fault")
    charts.draw_span(picture, lower, span, "")

    most = max((value for side in ("client", "server") for _, value in recording.lines[side]), default=0)
    factor, unit = (1, "s") if most >= 1 else (1000, "ms")
    sides = ("client", "measured by clients", CLIENT), ("server", "measured by the server", SERVER)
    lines = [
        charts.Line(title, [(time, value * factor) for time, value in recording.lines[side]], colour)
        for side, title, colour in sides
    ]
    charts.draw_chart(picture, upper, "HTTP: p95 of the request duration", unit, lines)

    lines = [charts.Line(signal.title, recording.lines["signal"], SIGNAL, is_filled=True)]
    if signal.limit:
        lines.append(charts.Line(signal.limit[0], recording.lines["limit"], charts.AXIS, is_dashed=True))
    charts.draw_chart(picture, lower, f"TCP: {signal.title}", signal.unit, lines)
    charts.draw_time(picture, lower, recording.begin, "seconds since the fault began")
    picture.text(24, HEIGHT - 20, fault.caption, fill=charts.GREY)
    return picture.render()
