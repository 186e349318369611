"""A course of many patients: rows, a manifest and a report in a folder, the same bytes whatever the engine."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Collection
from importlib.metadata import version
from pathlib import Path

import orjson

from agent.errors import RecordError
from agent.knowledge_index import digest
from scenarios.cohort import Recorded
from scenarios.course.counted import counted
from scenarios.course.model import CourseRules, course_named, responses
from scenarios.course.outcome import page
from scenarios.course.run import CourseTask
from scenarios.engines import Engine
from scenarios.finished import Finished, Tell, tell_nobody
from scenarios.ledger import Ledger, Progress, quiet
from scenarios.page import write_page
from scenarios.row import Row, read_rows
from scenarios.simulation import writing


def follow(
    patients: Collection[Recorded],
    out: Path,
    task: CourseTask,
    engine: Engine,
    workers: int,
    *,
    resume: bool = False,
    progress: Progress = quiet,
    tell: Tell = tell_nobody,
) -> Row:
    """Follow every patient through every arm; write `course.ndjson`, `course-manifest.json`, `course.md` and `course.html`.

    Args:
        out: a folder; made when missing.
        resume: take up the rows of a run that was cut off, by the content of the records; nothing is done again where it was finished.
        tell: called with a sentence about a finished run that is there, when resuming.

    Returns:
        The manifest.

    Raises:
        RecordError: no such course, fewer than two visits, the folder cannot be written or holds the rows of other settings, or a
            worker was killed.
    """
    rules = course_named(task.course)
    if task.visits < 2:
        raise RecordError("a course has at least two visits")
    if resume and (found := _left_in(out).manifest_for(_head(task, rules), patients, tell)):
        return found
    with writing(out), Ledger(out, _head(task, rules), resume=resume) as ledger:
        ledger.fill(patients, len(patients), task, engine, workers, progress)
        return _finish(out, ledger, task, rules)


def _finish(out: Path, ledger: Ledger, task: CourseTask, rules: CourseRules) -> Row:
    """Write rows, manifest and report, and forget the ledger."""
    seal, outcomes = hashlib.sha256(), Counter[str]()
    with (out / "course.ndjson.part").open("wb") as file:
        for row in ledger.rows():
            line = orjson.dumps(row) + b"\n"
            file.write(line)
            seal.update(line)
            outcomes[row["outcome"]] += 1
    os.replace(out / "course.ndjson.part", out / "course.ndjson")
    manifest = {
        **_head(task, rules),
        "patients": outcomes.total(),
        "errors": outcomes["error"],
        "rows": "sha256:" + seal.hexdigest(),
    }
    (out / "course-manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
    write_page(page(counted(read_rows(out / "course.ndjson")), manifest), out / "course")
    ledger.forget()
    return manifest


def _left_in(out: Path) -> Finished:
    return Finished(out, "course-manifest.json", "course.ndjson", (("course.md", None), ("course.html", None)))


def _head(task: CourseTask, rules: CourseRules) -> Row:
    """What the rows are made with."""
    return {
        "carewright": version("carewright"),
        "as_of": task.as_of.isoformat(),
        "knowledge": digest(),
        "course": f"{rules.id} {rules.version}",
        "responses": f"{responses().id} {responses().version}",
        "visits": task.visits,
        "interval_days": rules.interval_days,
        "seed": task.seed,
    }
