"""Draws the figures that compare us with other ways as bars, in an SVG file that needs no script and no font of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from tests.bench.figures import Figure, Section, show

WIDTH, LABEL, BAR, GAP = 1000, 470, 20, 8
OURS = ("this add-in", "the same")
STYLE = """<style>
 text { font: 13px system-ui, sans-serif; fill: #1b1f24 } .title { font-weight: 600 }
 .ours { fill: #2f8f5b } .other { fill: #9aa4b2 }
 .paper { fill: #ffffff }
 @media (prefers-color-scheme: dark) { text { fill: #e6e9ee } .paper { fill: #15181d } .other { fill: #5b6675 } }
</style>"""


def compared(section: Section) -> list[Figure]:
    """The figures that are rates of different ways to send."""
    return [each for each in section.figures if each.unit in {"/min", "rows/s"}]


def draw(sections: Iterable[Section]) -> str:
    """The whole picture."""
    parts: list[str] = []
    top = 12
    for section in sections:
        figures = compared(section)
        if len(figures) > 1:
            parts += group(section.title, figures, top)
            top += 30 + len(figures) * (BAR + GAP) + 18
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img" aria-label="Payments a minute">'
    return "\n".join([head, STYLE, f'<rect class="paper" width="{WIDTH}" height="{top}"/>', *parts, "</svg>"]) + "\n"


def group(title: str, figures: Sequence[Figure], top: int) -> list[str]:
    """A heading and a bar for each way."""
    most = max(each.value for each in figures)
    lines = [f'<text class="title" x="12" y="{top + 16}">{escape(title)}</text>']
    for position, figure in enumerate(figures):
        lines += bar(figure, most, top + 30 + position * (BAR + GAP))
    return lines


def bar(figure: Figure, most: float, top: int) -> list[str]:
    """One way: its name, its bar and its figure."""
    long = max(2.0, figure.value / most * (WIDTH - LABEL - 110))
    kind = "ours" if figure.what.startswith(OURS) else "other"
    return [
        f'<text x="{LABEL - 8}" y="{top + 15}" text-anchor="end">{escape(figure.what)}</text>',
        f'<rect class="{kind}" x="{LABEL}" y="{top}" width="{long:.1f}" height="{BAR}"/>',
        f'<text x="{LABEL + long + 6:.1f}" y="{top + 15}">{show(figure.value)} {escape(figure.unit)}</text>',
    ]
