"""Writes SVG: a picture is a list of elements with numbers of one decimal."""

import xml.sax.saxutils

FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif"


def number(value):
    """As short as possible."""
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def attributes(values):
    """`stroke_width=2` becomes `stroke-width="2"`; attributes without a value are left out."""
    pairs = ((name.rstrip("_").replace("_", "-"), value) for name, value in values.items() if value is not None)
    return "".join(f" {name}={xml.sax.saxutils.quoteattr(number(value))}" for name, value in pairs)


class Picture:
    def __init__(self, width, height, title, description=""):
        self._head = {"width": width, "height": height, "title": title, "description": description}
        self._elements = []

    def add(self, name, text=None, **values):
        if text is None:
            self._elements.append(f"<{name}{attributes(values)}/>")
        else:
            self._elements.append(f"<{name}{attributes(values)}>{xml.sax.saxutils.escape(text)}</{name}>")

    def text(self, x, y, text, size=13, fill="#24292f", **values):
        self.add("text", text, x=float(x), y=float(y), font_size=size, fill=fill, **values)

    def line(self, x1, y1, x2, y2, stroke, **values):
        self.add("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), stroke=stroke, **values)

    def path(self, points, closed=False, **values):
        """A line through points."""
        steps = " ".join(f"{'L' if place else 'M'}{number(float(x))} {number(float(y))}"
                         for place, (x, y) in enumerate(points))
        self.add("path", d=steps + ("Z" if closed else ""), **values)

    def render(self):
        escape = xml.sax.saxutils.escape
        head = self._head
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{head["width"]}" height="{head["height"]}"'
            f' viewBox="0 0 {head["width"]} {head["height"]}" role="img" font-family="{FONT}">',
            f"<title>{escape(head['title'])}</title>",
            f"<desc>{escape(head['description'])}</desc>",
            *self._elements,
            "</svg>\n",
        ])
