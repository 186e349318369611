"""Drafters held against each other: the same patients, the same checks, and what each of them added, cost and risked.

Everything is counted on checked plans, so that a figure says what would have reached a reviewer. Rows go to a file as they come;
the report reads them one after the other (`scenarios.comparison_page`), so that neither holds more for many patients than for few.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import orjson

from agent.drafting import Drafter
from agent.errors import PlannerError
from scenarios.cohort import Recorded
from scenarios.ledger import Progress, quiet
from scenarios.row import Row
from scenarios.rows import drafted, planned_by
from tools.clinical.plan import Plan

_CHANGES = ("start", "stop", "hold", "change")
_AHEAD = 4
"""So many patients a thread are begun before the first of them is written down."""


@dataclass(frozen=True)
class Rows:
    """The rows of a comparison in their file: drafter after drafter, the patients of each in the same order.

    Attributes:
        begins: where the rows of each drafter begin, in bytes.
        records: how many rows each has.
    """

    path: Path
    begins: Mapping[str, int]
    records: int

    def of(self, drafter: str) -> Iterator[Row]:
        """The rows of a drafter, one after the other."""
        with self.path.open("rb") as file:
            file.seek(self.begins[drafter])
            yield from map(orjson.loads, islice(file, self.records))

    def both(self, one: str, other: str) -> Iterator[tuple[Row, Row]]:
        """The rows of each patient for whom both drafters have a plan."""
        for pair in zip(self.of(one), self.of(other), strict=True):
            if {row["outcome"] for row in pair} == {"plan"}:
                yield pair


@dataclass(frozen=True)
class Compared:
    """What is done for each patient with one drafter."""

    as_of: date
    drafter: Drafter

    def row(self, patient: Recorded) -> Row:
        """What came of it."""
        try:
            return row_of(planned_by(self.drafter, patient.data(), self.as_of))
        except PlannerError as error:
            return {"outcome": "error", "error": type(error).__name__}


def row_of(plan: Plan) -> Row:
    """What is compared of one checked plan."""
    starts = {item.id for item in plan.items if item.action == "start"}
    unsafe = {i for issue in plan.issues if issue.severity == "contraindicated" and not issue.suppressed for i in issue.items}
    return {
        "outcome": "no-plan" if plan.status == "no-plan" else "plan",
        "lines": [f"{item.action} {item.subject.reference or item.subject.text}" for item in plan.items],
        "changes": [f"{i.action} {i.subject.reference or i.subject.text}" for i in plan.items if i.action in _CHANGES],
        "waiting": sum(bool(item.conditional_on) for item in plan.items),
        "questions": len(plan.questions),
        "open": sum(line.status != "addressed" for line in plan.coverage),
        "unsafe": len(starts & unsafe),
        "model": drafted(plan),
        "restored": list(plan.drafter.report.restored) if plan.drafter.report else [],
    }


def compared(
    patients: Sequence[Recorded],
    drafters: Mapping[str, Drafter],
    as_of: date,
    concurrency: int,
    out: Path,
    progress: Progress = quiet,
) -> Rows:
    """Draft for every patient with every drafter and write `rows.ndjson`; one drafter after the other, so that none slows another down.

    Args:
        concurrency: so many patients at once with a model; equal records are drafted once.
        out: a folder; made when missing.
    """
    keyed = {patient.key(): patient for patient in patients}
    begins, done, path = dict[str, int](), 0, out / "rows.ndjson"
    out.mkdir(parents=True, exist_ok=True)
    with (out / "rows.ndjson.part").open("wb") as file:
        for name, drafter in drafters.items():
            begins[name] = file.tell()
            rows = _in_order(Compared(as_of, drafter).row, keyed.values(), 1 if name == "rules" else concurrency)
            for key, row in zip(keyed, rows, strict=True):
                file.write(orjson.dumps({"drafter": name, "key": key, **row}) + b"\n")
                done += 1
                progress(done, len(keyed) * len(drafters))
    os.replace(out / "rows.ndjson.part", path)
    return Rows(path, begins, len(keyed))


def _in_order(work: Callable[[Recorded], Row], patients: Iterable[Recorded], threads: int) -> Iterator[Row]:
    """The row of every patient in the order of the patients; few are begun ahead, so that few rows wait for their turn."""
    with ThreadPoolExecutor(threads) as pool:
        begun = deque[Future[Row]]()
        for patient in patients:
            begun.append(pool.submit(work, patient))
            if len(begun) >= _AHEAD * threads:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
