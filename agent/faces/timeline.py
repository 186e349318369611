"""The calendar as a picture: a lane for each person, a column for each week in which something is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.clinical.plan import Plan
from tools.clinical.weighed import CalendarEntry, EntryKind, Who

LANES: tuple[Who, ...] = ("patient", "clinic", "laboratory", "pharmacist")
SIGNS: dict[EntryKind, str] = {
    "question": "?", "stop": "−", "change": "~", "start": "+", "step": "↑", "test": "T", "visit": "V", "referral": "→", "vaccine": "I", "advice": "A",
}  # fmt: skip
"""One sign a kind: the picture is read without colour too."""
SIGN_WORDS: dict[EntryKind, str] = {
    "question": "question", "stop": "leave off", "change": "change", "start": "begin", "step": "next step", "test": "test", "visit": "visit",
    "referral": "referral", "vaccine": "vaccine", "advice": "advice",
}  # fmt: skip
_COLUMN, _LANE, _LEFT, _TOP, _STEP = 58, 44, 96, 30, 19


@dataclass(frozen=True, slots=True)
class Mark:
    """One entry in the picture, with the place of its middle."""

    entry: CalendarEntry
    sign: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The picture: its size, its weeks with their places, its lanes with theirs, and a mark for each entry."""

    width: int
    height: int
    weeks: tuple[tuple[str, int], ...]
    lanes: tuple[tuple[Who, int], ...]
    marks: tuple[Mark, ...]
    kinds: tuple[EntryKind, ...]

    def row(self, who: Who) -> tuple[str, ...]:
        """The signs of one lane, a string a week."""
        y = dict(self.lanes)[who]
        return tuple("".join(m.sign for m in self.marks if m.y == y and abs(m.x - x) <= _COLUMN // 2) for _, x in self.weeks)


def timeline(plan: Plan) -> Timeline | None:
    """The picture of a plan's calendar; `None` where it has none."""
    if not plan.calendar:
        return None
    lanes = [who for who in LANES if any(entry.who == who for entry in plan.calendar)]
    cells: dict[int, dict[Who, list[CalendarEntry]]] = {}
    for entry in plan.calendar:
        cells.setdefault(entry.week, {}).setdefault(entry.who, []).append(entry)
    weeks = sorted(cells)
    middles = _middles(weeks, cells)
    places = {who: _TOP + n * _LANE + _LANE // 2 for n, who in enumerate(lanes)}
    marks = [mark for week in weeks for who, entries in cells[week].items() for mark in _marks(entries, middles[week], places[who])]
    return Timeline(
        width=middles[weeks[-1]] + _width(cells[weeks[-1]]) // 2 + 8,
        height=_TOP + len(lanes) * _LANE + 4,
        weeks=tuple(("now" if week == 0 else f"week {week}", middles[week]) for week in weeks),
        lanes=tuple(places.items()),
        marks=tuple(marks),
        kinds=tuple(kind for kind in SIGNS if any(entry.kind == kind for entry in plan.calendar)),
    )


def _middles(weeks: Sequence[int], cells: dict[int, dict[Who, list[CalendarEntry]]]) -> dict[int, int]:
    """The middle of each column; a week with much to do is wider."""
    found, left = {}, _LEFT
    for week in weeks:
        width = _width(cells[week])
        found[week] = left + width // 2
        left += width
    return found


def _width(cell: dict[Who, list[CalendarEntry]]) -> int:
    return max(_COLUMN, _STEP * max(len(entries) for entries in cell.values()) + 12)


def _marks(entries: Sequence[CalendarEntry], x: int, y: int) -> list[Mark]:
    first = x - _STEP * (len(entries) - 1) // 2
    return [Mark(entry, SIGNS[entry.kind], first + n * _STEP, y) for n, entry in enumerate(entries)]
