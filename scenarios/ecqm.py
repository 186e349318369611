"""Plans against quality measures: for every test patient, does the plan have the gap exactly where the measure has one?

The format is one JSON object a line: `case_id`, `measure`, `period`, `expected` (populations, a group each) and `bundle`.
Patients outside every denominator are planned too, and counted apart: a measure says nothing about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from agent.errors import PlannerError, RecordError
from agent.planning import make_plan
from scenarios.measure import Measure, measures

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]
_DATED = ("authoredOn", "effectiveDateTime", "recordedDate", "onsetDateTime", "performedDateTime", "start", "end")


@dataclass(frozen=True)
class Judged:
    """One test patient.

    Attributes:
        expected: whether the measure finds a gap; `None` outside the denominator.
        found: what in the plan is the gap.
        error: why there is no plan.
    """

    measure: Measure
    case: str
    story: str
    expected: bool | None
    found: str | None
    error: str = ""

    @property
    def agrees(self) -> bool:
        """The plan has the gap exactly where the measure has one."""
        return self.expected is None or self.expected == (self.found is not None)


def judge(path: Path) -> tuple[Judged, ...]:
    """Plan for every test patient of a file, or of the files of a folder.

    Raises:
        RecordError: the path does not exist, or a line is not of this format.
    """
    known = {measure.measure: measure for measure in measures()}
    return tuple(_judged(known[row["measure"]], row) for row in _rows(path) if row["measure"] in known)


def agreement(judged: Sequence[Judged]) -> Table:
    """A line a measure, and one for all: how many agree, missed gaps, gaps too many, and how many were out of the denominator."""
    names = sorted({one.measure.title for one in judged})
    groups = [(name, [one for one in judged if one.measure.title == name]) for name in names] + [("all", list(judged))]
    columns = ("measure", "in the denominator", "agree", "share", "gaps", "of them missed", "gap too many", "outside")
    return columns, [_line(name, group) for name, group in groups]


def disagreements(judged: Sequence[Judged]) -> Table:
    """Every test patient on which plan and measure differ."""
    return ("measure", "patient", "the test patient", "expected", "plan", "why"), [
        (
            one.measure.id,
            one.case[:8],
            one.story,
            "gap" if one.expected else "no gap",
            one.found or "no gap",
            one.measure.explanation(one.case) or "not looked into",
        )
        for one in judged
        if not one.agrees
    ]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        raise RecordError(f"{path.name!r} does not exist")
    for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
        for number, line in enumerate(file.read_bytes().splitlines(), 1):
            try:
                row: dict[str, Any] = orjson.loads(line)
                row["bundle"], row["measure"], row["expected"], row["period"]["start"], row["period"]["end"]
            except (orjson.JSONDecodeError, KeyError, TypeError):
                raise RecordError(f"{file.name!r}, line {number}: not a test patient of a measure") from None
            yield row


def _judged(measure: Measure, row: dict[str, Any]) -> Judged:
    expected = measure.expects_gap(row["expected"])
    story = " ".join((row.get("description") or "").split())
    try:
        plan = make_plan(orjson.dumps(row["bundle"]), _as_of(measure, row))
    except PlannerError as error:
        return Judged(measure, row["case_id"], story, expected, None, f"{type(error).__name__}: {error}")
    return Judged(measure, row["case_id"], story, expected, measure.gap_in(plan))


def _as_of(measure: Measure, row: dict[str, Any]) -> date:
    period = row["period"]
    if measure.as_of == "period-end":
        return date.fromisoformat(period["end"])
    within = [day for day in _dates(row["bundle"]) if period["start"] <= day <= period["end"]]
    return date.fromisoformat(max(within, default=period["end"]))


def _dates(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (inner[:10] for key, inner in value.items() if key in _DATED and isinstance(inner, str) and len(inner) >= 10)
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _dates(inner)


def _line(name: str, group: Sequence[Judged]) -> tuple[str, ...]:
    inside = [one for one in group if one.expected is not None]
    agree = sum(one.agrees for one in inside)
    missed = sum(bool(one.expected) and not one.agrees for one in inside)
    gaps = sum(bool(one.expected) for one in inside)
    share = f"{agree / len(inside):.1%}" if inside else "–"
    return (
        name,
        str(len(inside)),
        str(agree),
        share,
        str(gaps),
        str(missed),
        str(len(inside) - agree - missed),
        str(len(group) - len(inside)),
    )
