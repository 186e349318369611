"""Pictures of a report as inline SVG: bars, histograms, courses, shares with intervals. No script, no font, nothing from elsewhere.

Colours are classes that the page gives (`scenarios.page`), so that a picture is read by day and by night.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import ceil

_WIDTH = 640
_LABEL = 230
_LONGEST_LABEL = 36
_ROW = 20
_WIDEST_COLUMN = 80
_DASHES = ("", "7 4", "2 3", "9 3 2 3")  # so that nobody has to tell colours apart


def bars(title: str, values: Sequence[tuple[str, float]]) -> str:
    """One horizontal bar a line, with its number."""
    if not values:
        return ""
    most = max((value for _, value in values), default=0) or 1
    rows = [
        _label(y + 14, label)
        + f'<rect x="{_LABEL}" y="{y + 3}" width="{value / most * (_WIDTH - _LABEL - 70):.1f}" height="{_ROW - 6}" class="bar"/>'
        + _text(_LABEL + value / most * (_WIDTH - _LABEL - 70) + 6, y + 14, f"{value:g}")
        for y, (label, value) in ((number * _ROW, pair) for number, pair in enumerate(values))
    ]
    return _svg(title, len(values) * _ROW + 4, "".join(rows))


def histogram(title: str, values: Mapping[float, int] | Iterable[float], bins: int = 12) -> str:
    """How often values fall into bands of equal width; whole numbers get a column each where they are few.

    Args:
        values: how often each occurs, or all of them.
    """
    counts = values if isinstance(values, Mapping) else _tally(values)
    if not counts:
        return ""
    counted = _counted(counts, bins)
    most, width = max(count for _, count in counted), min((_WIDTH - 20) / len(counted), _WIDEST_COLUMN)
    columns = [
        f'<rect x="{10 + n * width:.1f}" y="{124 - 100 * count / most:.1f}" width="{max(width - 3, 1):.1f}" height="{100 * count / most:.1f}" class="bar"/>'
        + _text(10 + (n + 0.5) * width, 140, label, "middle")
        + _text(10 + (n + 0.5) * width, 120 - 100 * count / most, str(count), "middle")
        for n, (label, count) in enumerate(counted)
    ]
    return _svg(title, 148, "".join(columns))


def _tally(values: Iterable[float]) -> dict[float, int]:
    counts: dict[float, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts


def _counted(counts: Mapping[float, int], bins: int) -> list[tuple[str, int]]:
    least, most = min(counts), max(counts)
    if all(float(value).is_integer() for value in counts) and most - least < 2 * bins:
        return [(str(n), counts.get(n, 0)) for n in range(int(least), int(most) + 1)]
    step = (most - least) / bins or 1.0
    bands = [0] * bins
    for value, count in counts.items():
        bands[min(int((value - least) / step), bins - 1)] += count
    return [(f"{_short(least + n * step)}–", count) for n, count in enumerate(bands)]


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.2g}"


def lines(title: str, marks: Sequence[str], series: Mapping[str, Sequence[float]]) -> str:
    """Shares over time, one line each, between 0 and 100 %."""
    return _drawn(title, marks, series, {share: f"{share:.0%}" for share in (0.0, 0.25, 0.5, 0.75, 1.0)})


def trends(title: str, marks: Sequence[str], series: Mapping[str, Sequence[float]]) -> str:
    """Values over time, one line each, on a scale from the least to the most of them."""
    least, most = min(map(min, series.values())), max(map(max, series.values()))
    span = (most - least) or 1.0
    grid = {share: f"{least + share * span:.4g}" for share in (0.0, 0.5, 1.0)}
    return _drawn(title, marks, {name: [(one - least) / span for one in some] for name, some in series.items()}, grid)


def _drawn(title: str, marks: Sequence[str], series: Mapping[str, Sequence[float]], grid: Mapping[float, str]) -> str:
    """Lines between 0 and 1, over marks, with what stands at the left of some heights."""
    step = (_WIDTH - 230) / max(len(marks) - 1, 1)
    drawn = [
        f'<line x1="40" x2="{_WIDTH - 190}" y1="{_up(share)}" y2="{_up(share)}" class="grid"/>' + _text(36, _up(share) + 4, label, "end")
        for share, label in grid.items()
    ]
    drawn += [_text(40 + n * step, 176, mark, "middle") for n, mark in enumerate(marks)]
    for number, (name, shares) in enumerate(series.items()):
        stroke = f'class="line c{number % 4}" stroke-dasharray="{_DASHES[number % 4]}"'
        points = " ".join(f"{40 + n * step:.1f},{_up(share)}" for n, share in enumerate(shares))
        y = 20 + number * _ROW
        drawn.append(f'<polyline points="{points}" {stroke}/>')
        drawn.append(f'<line x1="{_WIDTH - 175}" x2="{_WIDTH - 140}" y1="{y}" y2="{y}" {stroke}/>' + _text(_WIDTH - 132, y + 4, name))
    return _svg(title, 184, "".join(drawn))


def _up(share: float) -> float:
    return round(158 - 148 * share, 1)


def intervals(title: str, rows: Sequence[tuple[str, float, float, float]]) -> str:
    """A dot and its interval for each label: a share, low, high; the scale ends at the next tenth above the highest, and says so."""
    if not rows:
        return ""
    most = ceil(max((high for *_, high in rows), default=1.0) * 10) / 10 or 0.1

    def across(value: float) -> float:
        return round(_LABEL + value / most * (_WIDTH - _LABEL - 70), 1)

    foot = (len(rows) + 1) * _ROW + 16
    drawn = [_text(0, 14, title), _text(across(0), foot, "0%", "middle"), _text(across(most), foot, f"{most:.0%}", "middle")]
    for number, (label, value, low, high) in enumerate(rows):
        y = (number + 1) * _ROW + 11
        drawn.append(_label(y + 4, label))
        drawn.append(f'<line x1="{across(low)}" x2="{across(high)}" y1="{y}" y2="{y}" class="line c0"/>')
        drawn.append(f'<circle cx="{across(value)}" cy="{y}" r="4" class="bar"/>')
        drawn.append(_text(_WIDTH - 52, y + 4, f"{value:.1%}"))
    return _svg(title, foot + 6, "".join(drawn))


def _label(y: float, text: str) -> str:
    """A label at the left; a long one is cut, and whole where a pointer rests on it."""
    if len(text) <= _LONGEST_LABEL:
        return _text(_LABEL - 8, y, text, "end")
    return f"<g><title>{escape(text)}</title>{_text(_LABEL - 8, y, text[: _LONGEST_LABEL - 1] + '…', 'end')}</g>"


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, height: int, content: str) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" font-size="12">'
        f"<title>{escape(title)}</title>{content}</svg>"
    )
