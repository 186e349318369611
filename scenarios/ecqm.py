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
from scenarios.intervals import wilson
from scenarios.measure import Differs, Measure, measures
from scenarios.tables import Table
from tools.clinical.plan import Plan

_DATED = ("authoredOn", "effectiveDateTime", "recordedDate", "onsetDateTime", "performedDateTime", "start", "end")


@dataclass(frozen=True)
class Judged:
    """One test patient.

    Attributes:
        expected: whether the measure finds a gap; `None` outside the denominator.
        proposed: the line, question or issue of the plan that is about the gap.
        named: the same, unless the plan shows that the measure is met.
        apart: what the plan says of the patient that puts them outside the measure.
        said: the plan's own words on it: why the line stands there, or why there may be none.
        error: why there is no plan.
    """

    measure: Measure
    case: str
    story: str
    expected: bool | None
    proposed: str | None = None
    named: str | None = None
    apart: str | None = None
    said: str = ""
    error: str = ""

    @property
    def found(self) -> str | None:
        """What in the plan is the gap: nothing where the plan says that the patient is outside the measure."""
        return None if self.apart else self.named

    @property
    def agrees(self) -> bool:
        """The plan has the gap exactly where the measure has one."""
        return self.expected is None or (not self.error and self.expected == (self.found is not None))

    @property
    def agrees_by_lines(self) -> bool:
        """The same by what the plan proposes alone, without what it says and shows of the patient."""
        return self.expected is None or (not self.error and self.expected == (self.proposed is not None))


def judge(path: Path) -> tuple[Judged, ...]:
    """Plan for every test patient of a file, or of the files of a folder.

    Raises:
        RecordError: the path does not exist, or a line is not of this format.
    """
    known = {measure.measure: measure for measure in measures()}
    return tuple(_judged(known[row["measure"]], row) for row in _rows(path) if row["measure"] in known)


def agreement(judged: Sequence[Judged]) -> Table:
    """A line a measure, and one for all: how many agree, with Wilson's 95 % interval, missed gaps, gaps too many, and how many
    agree by the plan's lines alone, before its own word on who is outside the measure.
    """
    names = sorted({one.measure.title for one in judged})
    groups = [(name, [one for one in judged if one.measure.title == name]) for name in names]
    sound = [one for one in judged if one.agrees or (known := one.measure.explanation(one.case)) is None or known.because != "test-data"]
    groups += [("all", list(judged)), ("all, less what the test data get wrong", sound)]
    columns = (
        *("measure", "in the denominator", "agree", "share", "95 % interval", "gaps", "of them missed", "gap too many"),
        *("agree by lines alone", "outside"),
    )
    return columns, [_line(name, group) for name, group in groups]


def disagreements(judged: Sequence[Judged]) -> Table:
    """Every test patient on which plan and measure differ."""
    return ("measure", "patient", "the test patient", "expected", "plan", "in the plan's words", "lies in", "why they differ"), [
        (
            one.measure.id,
            one.case[:8],
            one.story,
            "gap" if one.expected else "no gap",
            one.found or "no gap",
            one.error or one.said,
            *_because(one.measure.explanation(one.case)),
        )
        for one in judged
        if not one.agrees
    ]


def _because(known: Differs | None) -> tuple[str, str]:
    return (known.because, known.why) if known is not None else ("–", "not looked into")


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
        return Judged(measure, row["case_id"], story, expected, error=f"{type(error).__name__}: {error}")
    named, apart = measure.gap_in(plan), measure.apart_in(plan)
    return Judged(measure, row["case_id"], story, expected, measure.lines_in(plan), named, apart, _said(measure, plan, named, apart))


def _said(measure: Measure, plan: Plan, named: str | None, apart: str | None) -> str:
    if apart is not None:
        return f"the plan says of the patient: {apart}"
    if named is not None:
        return measure.reason_in(plan)
    aside = "; ".join(dict.fromkeys(entry.reason for entry in plan.input.set_aside))
    return f"nothing of the kind proposed; set aside: {aside}" if aside else "nothing of the kind proposed"


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
    low, high = wilson(agree, len(inside))
    counts = (gaps, missed, len(inside) - agree - missed, sum(one.agrees_by_lines for one in inside), len(group) - len(inside))
    return (name, str(len(inside)), str(agree), share, f"{low:.1%} to {high:.1%}", *(str(count) for count in counts))
