"""A batch: one plan a patient, one row a plan, the same bytes whatever the order, the engine or the number of workers.

Rows are appended to a ledger as they come (`scenarios.ledger`); a run that was cut off goes on from there (`resume`), and what is
written at the end is in the order of the patients, so that it equals an undisturbed run (but for `timings.ndjson`). One patient's
failure is one row. Neither records nor rows are held in memory.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import orjson

from agent.drafting import Drafter
from agent.errors import RecordError
from agent.knowledge_index import digest
from scenarios.cohort import Recorded, cohort
from scenarios.engines import Engine, Task
from scenarios.finished import Finished, Tell, tell_nobody
from scenarios.ledger import Ledger, Progress, quiet
from scenarios.parquet import Columns
from scenarios.row import Row, read_rows


@dataclass(frozen=True)
class Settings:
    """What a batch depends on beside the patients.

    Attributes:
        plans: also write every plan, to `plans.ndjson`.
        parquet: also write the rows as a table, to `rows.parquet`.
        drafter: who drafts instead of the rules; `drafter_name` is how the manifest calls it.
    """

    as_of: date
    engine: Engine = "process"
    workers: int = os.cpu_count() or 1
    plans: bool = False
    parquet: bool = False
    drafter: Drafter | None = None
    drafter_name: str = "rules"


def simulate(
    paths: Sequence[Path], out: Path, settings: Settings, *, resume: bool = False, progress: Progress = quiet, tell: Tell = tell_nobody
) -> Row:
    """Plan every patient and write `rows.ndjson` and `manifest.json` into `out`.

    Args:
        paths: bundles, folders of bundles, bulk exports.
        out: a folder; made when missing.
        resume: go on from the rows of a run that was cut off; nothing is done again where the run was finished.
        progress: called with how many of how many patients have a row; equal records are planned once.
        tell: called with a sentence about a finished run that is there, when resuming.

    Returns:
        The manifest.

    Raises:
        RecordError: a path does not exist, `out` cannot be written or holds the rows of other settings, or a worker was killed.
    """
    return simulate_patients(cohort(paths), out, settings, resume=resume, progress=progress, tell=tell)


def simulate_patients(
    patients: Collection[Recorded],
    out: Path,
    settings: Settings,
    *,
    resume: bool = False,
    progress: Progress = quiet,
    tell: Tell = tell_nobody,
) -> Row:
    """The same for patients wherever they come from; see `simulate`."""
    if resume and (found := _left_by(settings, out).manifest_for(_head(settings), patients, tell)):
        with writing(out):
            _write_table(out, settings)
        return found
    task = Task(settings.as_of, settings.plans, settings.drafter)
    with writing(out), Ledger(out, _head(settings), resume=resume) as ledger:
        ledger.fill(patients, len(patients), task, settings.engine, settings.workers, progress)
        return _finish(out, ledger, settings)


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Names a folder that cannot be written. Raises RecordError."""
    try:
        yield
    except OSError as error:
        raise RecordError(
            f"the folder {out.name!r} cannot be written: {error.strerror}; what is there can be taken up with --resume"
        ) from None


def _finish(out: Path, ledger: Ledger, settings: Settings) -> Row:
    """Write what a batch leaves behind, row by row, and forget the ledger."""
    digest_of_rows, outcomes = hashlib.sha256(), Counter[str]()
    digest_of_plans, names = hashlib.sha256(), ("timings.ndjson", "rows.ndjson", *(("plans.ndjson",) if settings.plans else ()))
    with ExitStack() as stack:
        timings, bare, *plans = (stack.enter_context((out / f"{name}.part").open("wb")) for name in names)
        for row in ledger.rows():
            seconds, plan = row.pop("seconds", None), row.pop("plan", None)
            line = orjson.dumps(row) + b"\n"
            bare.write(line)
            digest_of_rows.update(line)
            outcomes[row["outcome"]] += 1
            timings.write(orjson.dumps({"key": row["key"], "patient": row["patient"], "seconds": seconds}) + b"\n")
            if plan is not None:
                plans[0].write(line := orjson.dumps(plan) + b"\n")
                digest_of_plans.update(line)
    for name in names:
        os.replace(out / f"{name}.part", out / name)
    _write_table(out, settings)
    manifest = {
        **_head(settings),
        "patients": outcomes.total(),
        "outcomes": dict(sorted(outcomes.items())),
        "rows": "sha256:" + digest_of_rows.hexdigest(),
        **({"plans_file": "sha256:" + digest_of_plans.hexdigest()} if settings.plans else {}),
        "python": python_version(),
    }
    (out / "manifest.json.part").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
    os.replace(out / "manifest.json.part", out / "manifest.json")
    ledger.forget()
    return manifest


def _left_by(settings: Settings, out: Path) -> Finished:
    return Finished(out, "manifest.json", "rows.ndjson", (("plans.ndjson", "plans_file"),) if settings.plans else ())


def _write_table(out: Path, settings: Settings) -> None:
    """The rows once more as Parquet, where that is wished for; read twice, since what columns there are is known at the end."""
    if not settings.parquet:
        return
    columns = Columns()
    for row in read_rows(out / "rows.ndjson"):
        columns.learn(row)
    columns.write(read_rows(out / "rows.ndjson"), out / "rows.parquet.part")
    os.replace(out / "rows.parquet.part", out / "rows.parquet")


def _head(settings: Settings) -> Row:
    return {
        "carewright": version("carewright"),
        "schema_version": "0.1",
        "as_of": settings.as_of.isoformat(),
        "knowledge": digest(),
        "drafter": settings.drafter_name,
        "plans": settings.plans,
    }
