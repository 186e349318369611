"""Pictures of a report as inline SVG: bars, histograms, courses, shares with intervals. No script, no font, nothing from elsewhere.

Colours are classes that the page gives (`scenarios.page`), so that a picture is read by day and by night.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import ceil

_WIDTH = 460  # what a telephone shows without scrolling
_ROW = 32
_HEAD = 22
_RIGHT = 56
_HALF_A_SHARE = 22  # of "12.5%", so that a share under the end of an axis is whole
_LONGEST_LABEL = 62
_WIDEST_COLUMN = 80
_DASHES = ("", "7 4", "2 3", "9 3 2 3")  # so that nobody has to tell colours apart


def bars(title: str, values: Sequence[tuple[str, float]]) -> str:
    """One horizontal bar under each label, with its number."""
    if not values:
        return ""
    most = max((value for _, value in values), default=0) or 1
    rows = [
        _label(y + 12, label)
        + f'<rect x="0" y="{y + 16}" width="{value / most * (_WIDTH - _RIGHT):.1f}" height="11" class="bar"/>'
        + _text(value / most * (_WIDTH - _RIGHT) + 6, y + 26, _whole_or_short(value))
        for y, (label, value) in ((_HEAD + number * _ROW, pair) for number, pair in enumerate(values))
    ]
    return _svg(title, _HEAD + len(values) * _ROW + 4, "".join(rows))


def histogram(title: str, values: Mapping[float, int] | Iterable[float], bins: int = 12) -> str:
    """How often values fall into bands of equal width; whole numbers get a column each where they are few.

    Args:
        title: what is counted below what stands under the columns.
        values: how often each occurs, or all of them.
    """
    counts = values if isinstance(values, Mapping) else _tally(values)
    if not counts:
        return ""
    counted = _counted(counts, bins)
    most, width = max(count for _, count in counted), min(_WIDTH / len(counted), _WIDEST_COLUMN)
    foot = _HEAD + 120
    columns = [
        f'<rect x="{n * width:.1f}" y="{foot - 100 * count / most:.1f}" width="{max(width - 3, 1):.1f}" height="{100 * count / most:.1f}" class="bar"/>'
        + _text((n + 0.5) * width, foot + 16, label, "middle")
        + _text((n + 0.5) * width, foot - 4 - 100 * count / most, _fitting(count), "middle")
        for n, (label, count) in enumerate(counted)
    ]
    return _svg(title, foot + 24, "".join(columns))


def _tally(values: Iterable[float]) -> dict[float, int]:
    counts: dict[float, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts


def _counted(counts: Mapping[float, int], bins: int) -> list[tuple[str, int]]:
    """A label and a count for each column; bands of whole numbers begin and end at whole numbers."""
    least, most = min(counts), max(counts)
    whole = all(float(value).is_integer() for value in counts)
    if whole and most - least < bins:
        return [(str(n), counts.get(n, 0)) for n in range(int(least), int(most) + 1)]
    step = ceil((most - least + 1) / bins) if whole else (most - least) / bins or 1.0
    bands = [0] * (ceil((most - least + 1) / step) if whole else bins)
    for value, count in counts.items():
        bands[min(int((value - least) / step), len(bands) - 1)] += count
    starts = [least + n * step for n in range(len(bands))]
    both_ends = whole and least >= 0 and most < _TWO_DIGITS
    return [
        (f"{start:.0f}–{start + step - 1:.0f}" if both_ends else f"{_short(start)}–", n) for start, n in zip(starts, bands, strict=True)
    ]


_TWO_DIGITS = 100
"""Both ends of a band have room under a narrow column where they are below."""


def _fitting(count: int) -> str:
    """A count that has room above a narrow column: in thousands where it has five digits."""
    return str(count) if count < _FIVE_DIGITS else f"{count / 1000:.0f}k"


_FIVE_DIGITS = 10_000


def _whole_or_short(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:g}"


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
    """Lines between 0 and 1, over marks, with what stands at the left of some heights; which line is whose stands above them."""
    top = _HEAD + 4 + 18 * len(series)
    step = (_WIDTH - 40 - _RIGHT / 2) / max(len(marks) - 1, 1)
    drawn = [
        f'<line x1="40" x2="{_WIDTH - _RIGHT / 2:.0f}" y1="{_up(top, share)}" y2="{_up(top, share)}" class="grid"/>'
        + _text(36, _up(top, share) + 4, label, "end")
        for share, label in grid.items()
    ]
    drawn += [_text(40 + n * step, _up(top, 0) + 18, mark, "middle") for n, mark in enumerate(marks)]
    for number, (name, shares) in enumerate(series.items()):
        stroke = f'class="line c{number % 4}" stroke-dasharray="{_DASHES[number % 4]}"'
        points = " ".join(f"{40 + n * step:.1f},{_up(top, share)}" for n, share in enumerate(shares))
        y = _HEAD + 8 + number * 18
        drawn.append(f'<polyline points="{points}" {stroke}/>')
        drawn.append(f'<line x1="0" x2="34" y1="{y}" y2="{y}" {stroke}/>' + _text(42, y + 4, name))
    return _svg(title, round(_up(top, 0)) + 26, "".join(drawn))


def _up(top: float, share: float) -> float:
    return round(top + 154 - 148 * share, 1)


def intervals(title: str, rows: Sequence[tuple[str, float, float, float]]) -> str:
    """A dot and its interval under each label: a share, low, high; the scale ends at the next tenth above the highest, and says so."""
    if not rows:
        return ""
    most = ceil(round(max((high for *_, high in rows), default=1.0) * 10, 6)) / 10 or 0.1

    def across(value: float) -> float:
        return round(_HALF_A_SHARE + value / most * (_WIDTH - 2 * _HALF_A_SHARE), 1)

    foot = _HEAD + len(rows) * _ROW + 6
    quarters = [most * part / 4 for part in range(5)]
    drawn = [f'<line x1="{across(at)}" x2="{across(at)}" y1="{_HEAD}" y2="{foot}" class="grid"/>' for at in quarters]
    drawn += [_text(across(at), foot + 14, f"{round(100 * at, 1):g}%", "middle") for at in quarters]
    for number, (label, value, low, high) in enumerate(rows):
        y = _HEAD + number * _ROW
        drawn.append(_label(y + 12, label) + _text(_WIDTH, y + 12, f"{value:.1%}", "end"))
        drawn.append(f'<line x1="{across(low)}" x2="{across(high)}" y1="{y + 22}" y2="{y + 22}" class="line c0"/>')
        drawn.append(f'<circle cx="{across(value)}" cy="{y + 22}" r="4" class="bar"/>')
    return _svg(title, foot + 22, "".join(drawn))


def _label(y: float, text: str) -> str:
    """A label at the left; a long one is cut, and whole where a pointer rests on it."""
    if len(text) <= _LONGEST_LABEL:
        return _text(0, y, text)
    return f"<g><title>{escape(text)}</title>{_text(0, y, text[: _LONGEST_LABEL - 1] + '…')}</g>"


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, height: int, content: str) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" font-size="12">'
        f'<title>{escape(title)}</title><text x="0" y="13" class="title">{escape(title)}</text>{content}</svg>'
    )
