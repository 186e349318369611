"""A batch: one plan a patient, one row a plan, the same bytes whatever the order, the engine or the number of workers.

Rows are appended to `rows.partial.ndjson` as they come; a run that was cut off goes on from there (`resume`), and what is
written at the end is sorted, so that it equals an undisturbed run. One patient's failure is one row.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import msgspec
import orjson

from agent.errors import PlannerError, RecordError
from agent.planning import make_plan
from scenarios.cohort import Patient, cohort
from tools.clinical.plan import Plan

Engine = Literal["inline", "process"]
Row = dict[str, Any]
_AHEAD = 4


@dataclass(frozen=True)
class Settings:
    """What a batch depends on beside the patients.

    Attributes:
        plans: also write every plan, to `plans.ndjson`.
    """

    as_of: date
    engine: Engine = "process"
    workers: int = os.cpu_count() or 1
    plans: bool = False


def simulate(
    paths: Sequence[Path],
    out: Path,
    settings: Settings,
    *,
    resume: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Row:
    """Plan every patient and write `rows.ndjson` and `manifest.json` into `out`.

    Args:
        paths: bundles, folders of bundles, bulk exports.
        out: a folder; made when missing.
        progress: called with how many of how many different records are done; equal records are planned once.

    Returns:
        The manifest.

    Raises:
        RecordError: a path does not exist, `out` cannot be written or holds the rows of other settings, or a worker was killed.
    """
    keyed = [(patient.key(), patient) for patient in cohort(paths)]
    try:
        return _simulate(keyed, out, settings, resume, progress)
    except OSError as error:
        raise RecordError(
            f"the folder {out.name!r} cannot be written: {error.strerror}; what is there can be taken up with --resume"
        ) from None
    except BrokenProcessPool:
        raise RecordError("a worker was killed from outside (memory?); the rows that are there can be taken up with --resume") from None


def _simulate(
    keyed: Sequence[tuple[str, Patient]], out: Path, settings: Settings, resume: bool, progress: Callable[[int, int], None]
) -> Row:
    out.mkdir(parents=True, exist_ok=True)
    partial = out / "rows.partial.ndjson"
    have = _finished(partial, settings) if resume else {}
    todo = {key: patient for key, patient in keyed if key not in have}
    total = len(have.keys() | todo.keys())
    with partial.open("ab" if have else "wb") as file:
        if not have:
            file.write(orjson.dumps(_head(settings)) + b"\n")
        for key, row in plan_rows(todo.items(), settings):
            file.write(orjson.dumps({"key": key, **row}) + b"\n")
            file.flush()
            have[key] = row
            progress(len(have), total)
    rows = [{"key": key, "patient": patient.label, **have[key]} for key, patient in keyed]
    return _finish(out, partial, rows, settings)


def plan_row(patient: Patient, as_of: date, plans: bool = False) -> Row:
    """One patient's row: what was planned, or why not."""
    try:
        plan = make_plan(patient.data(), as_of)
    except PlannerError as error:
        return {"outcome": "error", "error": type(error).__name__, "message": str(error)}
    except Exception as error:  # noqa: BLE001 - a fault met with one patient must not cost the batch; its text may hold patient data
        return {"outcome": "error", "error": type(error).__name__, "message": "a fault of the program, met with this patient"}
    row: Row = {"outcome": "no-plan" if plan.status == "no-plan" else "plan", **measures(plan)}
    if plans:
        row["plan"] = orjson.loads(msgspec.json.encode(plan))
    return row


def measures(plan: Plan) -> Row:
    """What a report counts of a plan."""
    ledger = Counter(line.status for line in plan.coverage)
    return {
        "digest": plan.digest,
        "input": plan.input.digest,
        "age": plan.patient.age,
        "sex": plan.patient.sex,
        "modules": [problem.module for problem in plan.problems],
        "items": dict(sorted(Counter(item.action for item in plan.items).items())),
        "questions": len(plan.questions),
        "issues": len(plan.issues),
        "interruptive": sum(issue.interruptive for issue in plan.issues),
        "suppressed": sum(bool(issue.suppressed) for issue in plan.issues),
        "medications": len(plan.medications),
        "uncertain": sum(line.currency == "uncertain" for line in plan.medications),
        "ledger": dict(sorted(ledger.items())),
        "not_checked": len(plan.not_checked),
        "set_aside": len(plan.input.set_aside),
        "route": plan.disposition.route,
        "urgency": plan.disposition.urgency,
    }


def plan_rows(todo: Iterable[tuple[str, Patient]], settings: Settings) -> Iterator[tuple[str, Row]]:
    """The row of every patient with its key, as they come."""
    if settings.engine == "inline":
        yield from ((key, plan_row(patient, settings.as_of, settings.plans)) for key, patient in todo)
        return
    with ProcessPoolExecutor(settings.workers, get_context("spawn")) as pool:

        def started(pairs: Iterable[tuple[str, Patient]]) -> dict[Future[Row], str]:
            return {pool.submit(plan_row, patient, settings.as_of, settings.plans): key for key, patient in pairs}

        waiting = iter(todo)
        running = started(islice(waiting, settings.workers * _AHEAD))
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
                running |= started(islice(waiting, 1))


def _finished(partial: Path, settings: Settings) -> dict[str, Row]:
    if not partial.exists():
        return {}
    lines = partial.read_bytes().split(b"\n")
    whole = [orjson.loads(line) for line in lines[:-1] if line]
    if lines[-1]:
        partial.write_bytes(b"\n".join(lines[:-1]) + b"\n")
    if whole and whole[0] != orjson.loads(orjson.dumps(_head(settings))):
        raise RecordError(
            "the rows that are there were made with other settings or another version; choose another folder, or leave out --resume"
        )
    return {row.pop("key"): row for row in whole[1:]}


def _finish(out: Path, partial: Path, rows: Sequence[Row], settings: Settings) -> Row:
    if settings.plans:
        _write(out / "plans.ndjson", b"".join(orjson.dumps(row["plan"]) + b"\n" for row in rows if "plan" in row))
    bare = [{name: value for name, value in row.items() if name != "plan"} for row in rows]
    data = b"".join(orjson.dumps(row) + b"\n" for row in bare)
    _write(out / "rows.ndjson", data)
    outcomes = Counter(row["outcome"] for row in bare)
    manifest = {
        **_head(settings),
        "patients": len(bare),
        "outcomes": dict(sorted(outcomes.items())),
        "rows": "sha256:" + hashlib.sha256(data).hexdigest(),
    }
    _write(out / "manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
    partial.unlink()
    return manifest


def _head(settings: Settings) -> Row:
    return {
        "carewright": version("carewright"),
        "schema_version": "0.1",
        "as_of": settings.as_of.isoformat(),
        "drafter": "rules",
        "plans": settings.plans,
    }


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(path.suffix + ".part")
    part.write_bytes(data)
    os.replace(part, path)
