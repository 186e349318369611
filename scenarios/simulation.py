"""A batch: one plan a patient, one row a plan, the same bytes whatever the order, the engine or the number of workers.

Rows are appended to `rows.partial.ndjson` as they come; a run that was cut off goes on from there (`resume`), and what is
written at the end is sorted, so that it equals an undisturbed run. One patient's failure is one row.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import orjson

from agent.errors import RecordError
from agent.planning import make_plan
from scenarios.cohort import Patient, cohort
from tools.clinical.errors import ClinicalError
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
        progress: called with how many of how many are done.

    Returns:
        The manifest.

    Raises:
        RecordError: a path does not exist, or `out` holds the rows of other settings.
    """
    patients = cohort(paths)
    out.mkdir(parents=True, exist_ok=True)
    partial = out / "rows.partial.ndjson"
    have = _finished(partial, settings) if resume else {}
    todo = [patient for patient in patients if _key(patient) not in have]
    with partial.open("ab" if resume else "wb") as file:
        if not have:
            file.write(orjson.dumps(_head(settings)) + b"\n")
        for row in _rows(todo, settings):
            file.write(orjson.dumps(row) + b"\n")
            file.flush()
            have[row["key"]] = row
            progress(len(have), len(patients))
    rows = [have[_key(patient)] for patient in patients]
    return _finish(out, partial, rows, settings)


def plan_row(patient: Patient, as_of: date, plans: bool = False) -> Row:
    """One patient's row: what was planned, or why not."""
    try:
        data = patient.data()
        plan = make_plan(data, as_of)
    except (RecordError, ClinicalError) as error:
        return {"key": _key(patient), "patient": patient.label, "outcome": "error", "error": type(error).__name__, "message": str(error)}
    row: Row = {
        "key": _key(patient),
        "patient": patient.label,
        "outcome": "no-plan" if plan.status == "no-plan" else "plan",
        **measures(plan),
    }
    if plans:
        row["plan"] = orjson.loads(_encoded(plan))
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


def _encoded(plan: Plan) -> bytes:
    import msgspec

    return msgspec.json.encode(plan)


def _rows(todo: Sequence[Patient], settings: Settings) -> Iterator[Row]:
    if settings.engine == "inline" or len(todo) < 2:
        yield from (plan_row(patient, settings.as_of, settings.plans) for patient in todo)
        return
    with ProcessPoolExecutor(settings.workers, get_context("spawn")) as pool:
        waiting = iter(todo)
        running = {pool.submit(plan_row, patient, settings.as_of, settings.plans) for patient in islice(waiting, settings.workers * _AHEAD)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
                nxt = next(waiting, None)
                if nxt is not None:
                    running.add(pool.submit(plan_row, nxt, settings.as_of, settings.plans))


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
    return {row["key"]: row for row in whole[1:]}


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


def _key(patient: Patient) -> str:
    return (
        hashlib.sha256(f"{patient.path}\0{patient.patient or ''}".encode()).hexdigest()[:24] if patient.patient else _content_key(patient)
    )


def _content_key(patient: Patient) -> str:
    try:
        return hashlib.sha256(patient.path.read_bytes()).hexdigest()[:24]
    except OSError:
        return hashlib.sha256(str(patient.path).encode()).hexdigest()[:24]


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(path.suffix + ".part")
    part.write_bytes(data)
    os.replace(part, path)
