"""A course of many patients: rows, a manifest and a report in a folder, the same bytes whatever the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import orjson

from agent.errors import RecordError
from agent.knowledge_index import digest
from scenarios.cohort import Recorded
from scenarios.course.model import CourseRules, course_named, responses
from scenarios.course.outcome import page
from scenarios.course.run import CourseTask
from scenarios.engines import Engine, rows_of
from scenarios.page import write_page
from scenarios.rows import Row


def follow(
    patients: Sequence[Recorded],
    out: Path,
    task: CourseTask,
    engine: Engine,
    workers: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Row:
    """Follow every patient through every arm; write `course.ndjson`, `course-manifest.json`, `course.md` and `course.html`.

    Args:
        out: a folder; made when missing.

    Returns:
        The manifest.

    Raises:
        RecordError: no such course, fewer than two visits, the folder cannot be written, or a worker was killed.
    """
    rules = course_named(task.course)
    if task.visits < 2:
        raise RecordError("a course has at least two visits")
    keyed = {patient.key(): patient for patient in patients}
    found: dict[str, Row] = {}
    for key, row in rows_of(keyed, task, engine, workers):
        found[key] = row
        progress(len(found), len(keyed))
    rows = [{"key": key, "patient": patient.label, **found[key]} for key, patient in keyed.items()]
    data = b"".join(orjson.dumps(row) + b"\n" for row in rows)
    manifest = _manifest(rows, data, task, rules)
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "course.ndjson").write_bytes(data)
        (out / "course-manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
        write_page(page(rows, manifest), out / "course")
    except OSError as error:
        raise RecordError(f"the folder {out.name!r} cannot be written: {error.strerror}") from None
    return manifest


def _manifest(rows: Sequence[Row], data: bytes, task: CourseTask, rules: CourseRules) -> Row:
    """What the rows were made with, and their digest."""
    return {
        "carewright": version("carewright"),
        "as_of": task.as_of.isoformat(),
        "knowledge": digest(),
        "course": f"{rules.id} {rules.version}",
        "responses": f"{responses().id} {responses().version}",
        "visits": task.visits,
        "interval_days": rules.interval_days,
        "seed": task.seed,
        "patients": len(rows),
        "errors": sum(row["outcome"] == "error" for row in rows),
        "rows": "sha256:" + hashlib.sha256(data).hexdigest(),
    }
