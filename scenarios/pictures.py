"""Pictures of a report as inline SVG: bars, histograms, courses, shares with intervals. No script, no font, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil

_WIDTH = 640
_LABEL = 210
_ROW = 20
_COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#6b46c1")
_DASHES = ("", "7 4", "2 3", "9 3 2 3")  # so that nobody has to tell colours apart


def bars(title: str, values: Sequence[tuple[str, float]]) -> str:
    """One horizontal bar a line, with its number."""
    most = max((value for _, value in values), default=0) or 1
    rows = [
        _text(_LABEL - 8, y + 14, label, "end")
        + f'<rect x="{_LABEL}" y="{y + 3}" width="{value / most * (_WIDTH - _LABEL - 70):.1f}" height="{_ROW - 6}" fill="{_COLOURS[0]}"/>'
        + _text(_LABEL + value / most * (_WIDTH - _LABEL - 70) + 6, y + 14, f"{value:g}")
        for y, (label, value) in ((number * _ROW, pair) for number, pair in enumerate(values))
    ]
    return _svg(title, len(values) * _ROW + 4, "".join(rows))


def histogram(title: str, values: Sequence[float], bins: int = 12) -> str:
    """How often values fall into bands of equal width; whole numbers get a column each where they are few."""
    if not values:
        return ""
    counted = _counted(values, bins)
    most, width = max(count for _, count in counted), (_WIDTH - 20) / len(counted)
    columns = [
        f'<rect x="{10 + n * width:.1f}" y="{124 - 100 * count / most:.1f}" width="{max(width - 3, 1):.1f}" height="{100 * count / most:.1f}" fill="{_COLOURS[0]}"/>'
        + _text(10 + (n + 0.5) * width, 140, label, "middle")
        + _text(10 + (n + 0.5) * width, 120 - 100 * count / most, str(count), "middle")
        for n, (label, count) in enumerate(counted)
    ]
    return _svg(title, 148, "".join(columns))


def _counted(values: Sequence[float], bins: int) -> list[tuple[str, int]]:
    least, most = min(values), max(values)
    if all(float(value).is_integer() for value in values) and most - least < 2 * bins:
        return [(str(n), sum(value == n for value in values)) for n in range(int(least), int(most) + 1)]
    step = (most - least) / bins or 1.0
    places = [min(int((value - least) / step), bins - 1) for value in values]
    return [(f"{_short(least + n * step)}–", places.count(n)) for n in range(bins)]


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2g}"


def lines(title: str, marks: Sequence[str], series: Mapping[str, Sequence[float]]) -> str:
    """Shares over time, one line each, between 0 and 100 %."""
    step = (_WIDTH - 230) / max(len(marks) - 1, 1)
    grid = "".join(
        f'<line x1="40" x2="{_WIDTH - 190}" y1="{_up(share)}" y2="{_up(share)}" stroke="#d8dee6"/>'
        + _text(36, _up(share) + 4, f"{share:.0%}", "end")
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    grid += "".join(_text(40 + n * step, 176, mark, "middle") for n, mark in enumerate(marks))
    drawn = []
    for number, (name, shares) in enumerate(series.items()):
        colour, dash = _COLOURS[number % 4], _DASHES[number % 4]
        points = " ".join(f"{40 + n * step:.1f},{_up(share)}" for n, share in enumerate(shares))
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"/>')
        y = 20 + number * _ROW
        drawn.append(f'<line x1="{_WIDTH - 175}" x2="{_WIDTH - 140}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="2.5"')
        drawn.append(f' stroke-dasharray="{dash}"/>' + _text(_WIDTH - 132, y + 4, name))
    return _svg(title, 184, grid + "".join(drawn))


def _up(share: float) -> float:
    return round(158 - 148 * share, 1)


def intervals(title: str, rows: Sequence[tuple[str, float, float, float]]) -> str:
    """A dot and its interval for each label: a share, low, high; the scale ends at the next tenth above the highest, and says so."""
    most = ceil(max((high for *_, high in rows), default=1.0) * 10) / 10 or 0.1

    def across(value: float) -> float:
        return round(_LABEL + value / most * (_WIDTH - _LABEL - 70), 1)

    foot = len(rows) * _ROW + 14
    drawn = [_text(across(0), foot, "0%", "middle"), _text(across(most), foot, f"{most:.0%}", "middle")]
    for number, (label, value, low, high) in enumerate(rows):
        y = number * _ROW + 11
        drawn.append(_text(_LABEL - 8, y + 4, label, "end"))
        drawn.append(f'<line x1="{across(low)}" x2="{across(high)}" y1="{y}" y2="{y}" stroke="{_COLOURS[0]}" stroke-width="2"/>')
        drawn.append(f'<circle cx="{across(value)}" cy="{y}" r="4" fill="{_COLOURS[0]}"/>')
        drawn.append(_text(_WIDTH - 52, y + 4, f"{value:.1%}"))
    return _svg(title, foot + 6, "".join(drawn))


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, height: int, content: str) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" font-size="12" fill="#1c2430">'
        f"<title>{escape(title)}</title>{content}</svg>"
    )
