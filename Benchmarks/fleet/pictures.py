"""Draws what was measured as SVG."""

from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 860, 64, 24
HEIGHT, TOP = 130, 96
FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif"


class Picture:
    """Panels of bars, one below the other, with a common axis of time in seconds."""

    def __init__(self, title, about, seconds):
        self.title, self.about, self.seconds = title, about, seconds
        self.parts, self.top = [], TOP

    def x(self, moment):
        return LEFT + moment / self.seconds * (WIDTH - LEFT - RIGHT)

    def text(self, x, y, text, size=12, color="#57606a", more=""):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{color}"{more}>{escape(text)}</text>')

    def panel(self, title, counts, width, most=None, away=None, level=None):
        """Adds bars of `counts`, each of `width` seconds; `away` is shaded, and `level` is a line with a name."""
        top, bottom = self.top + 12, self.top + 12 + HEIGHT
        most = max(most or 0, *counts, 1)
        title += f"; the dashed line is {level[1]}" if level else ""
        self.text(24, self.top, title, 13, "#24292f", ' font-weight="600"')
        if away:
            begin, end = map(self.x, away)
            self.parts.append(
                f'<rect x="{begin:.1f}" y="{top}" width="{end - begin:.1f}" height="{HEIGHT}" fill="#fff1e5"/>'
            )
            self.text((begin + end) / 2, top + 14, "the Collector is away", 11, "#bc4c00", ' text-anchor="middle"')
        for place, count in enumerate(counts):
            if not count:
                continue
            height = count / most * HEIGHT
            begin, end = self.x(place * width), self.x((place + 1) * width)
            self.parts.append(
                f'<rect x="{begin:.1f}" y="{bottom - height:.1f}" width="{max(end - begin - 0.6, 0.8):.1f}" '
                f'height="{height:.1f}" fill="#0969da"/>'
            )
        if level:
            height = bottom - level[0] / most * HEIGHT
            self.parts.append(
                f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{height:.1f}" y2="{height:.1f}" stroke="#bc4c00" '
                'stroke-dasharray="4 3"/>'
            )
        self.parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}" stroke="#8c959f"/>')
        self.text(LEFT - 8, top + 10, f"{most:.0f}", 11, more=' text-anchor="end"')
        self.text(LEFT - 8, bottom, "0", 11, more=' text-anchor="end"')
        self.top = bottom + 40

    def svg(self):
        """The whole text."""
        step = next(step for step in (1, 2, 5, 10, 20, 60) if self.seconds / step <= 14)
        for moment in range(0, int(self.seconds) + 1, step):
            self.text(self.x(moment), self.top - 22, f"{moment} s", 11, more=' text-anchor="middle"')
        height = self.top
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" role="img" font-family="{FONT}">\n'
            f"<title>{escape(self.title)}</title>\n<desc>{escape(self.about)}</desc>\n"
            f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="6" fill="#ffffff" stroke="#d0d7de"/>\n'
            f'<text x="24" y="34" font-size="19" fill="#24292f" font-weight="700">{escape(self.title)}</text>\n'
            f'<text x="24" y="56" font-size="13" fill="#57606a">{escape(self.about)}</text>\n'
        )
        return head + "\n".join(self.parts) + "\n</svg>\n"


def start(together, spread):
    """Both ways to start at once."""
    picture = Picture(
        f"{spread['hosts']} agents start at once",
        f"Requests to the Collector in each 100 ms; the interval is {spread['interval']:.0f} s.",
        spread["seconds"],
    )
    level = (spread["mean"], f"an even spread, {spread['mean']:.1f}")
    most = max(together["requests"] + spread["requests"])
    for title, run in (("all at the same moments, as before", together), ("each at its own place", spread)):
        picture.panel(title, run["requests"], run["width"], most, level=level)
    return picture.svg()


def outage(run):
    """What comes before, during and after an outage."""
    picture = Picture(
        "The Collector is killed, and comes back",
        f"{run['hosts']} agents export every {run['interval']:.0f} s. Requests in each second.",
        run["seconds"],
    )
    away = (run["died"], run["back"])
    most = max(run["attempts"] + run["accepted"])
    picture.panel("tried", run["attempts"], run["width"], most, away)
    picture.panel("accepted", run["accepted"], run["width"], most, away, (run["usual"], f"the usual rate, {run['usual']:.0f}"))
    return picture.svg()
