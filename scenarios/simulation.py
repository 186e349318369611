"""A batch: one plan a patient, one row a plan, the same bytes whatever the order, the engine or the number of workers.

Rows are appended to `rows.partial.ndjson` as they come; a run that was cut off goes on from there (`resume`), and what is
written at the end is sorted, so that it equals an undisturbed run (but for `timings.ndjson`). One patient's failure is one row.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from agent.drafting import Drafter
from agent.errors import RecordError
from agent.knowledge_index import digest
from scenarios.cohort import Recorded, cohort
from scenarios.engines import Engine, Task, rows_of
from scenarios.rows import Row


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
    return simulate_patients(cohort(paths), out, settings, resume=resume, progress=progress)


def simulate_patients(
    patients: Sequence[Recorded],
    out: Path,
    settings: Settings,
    *,
    resume: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Row:
    """The same for patients wherever they come from; see `simulate`."""
    keyed = [(patient.key(), patient) for patient in patients]
    try:
        return _simulate(keyed, out, settings, resume, progress)
    except OSError as error:
        raise RecordError(
            f"the folder {out.name!r} cannot be written: {error.strerror}; what is there can be taken up with --resume"
        ) from None


def _simulate(
    keyed: Sequence[tuple[str, Recorded]], out: Path, settings: Settings, resume: bool, progress: Callable[[int, int], None]
) -> Row:
    out.mkdir(parents=True, exist_ok=True)
    partial = out / "rows.partial.ndjson"
    have = _finished(partial, settings) if resume else {}
    todo = {key: patient for key, patient in keyed if key not in have}
    total = len(have.keys() | todo.keys())
    with partial.open("ab" if have else "wb") as file:
        if not have:
            file.write(orjson.dumps(_head(settings)) + b"\n")
        for key, row in rows_of(todo, Task(settings.as_of, settings.plans, settings.drafter), settings.engine, settings.workers):
            file.write(orjson.dumps({"key": key, **row}) + b"\n")
            file.flush()
            have[key] = row
            progress(len(have), total)
    rows = [{"key": key, "patient": patient.label, **have[key]} for key, patient in keyed]
    return _finish(out, partial, rows, settings)


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
    _write(out / "timings.ndjson", b"".join(orjson.dumps(timing) + b"\n" for timing in _timings(rows)))
    bare = [{name: value for name, value in row.items() if name not in ("plan", "seconds")} for row in rows]
    data = b"".join(orjson.dumps(row) + b"\n" for row in bare)
    _write(out / "rows.ndjson", data)
    if settings.parquet:
        _write(out / "rows.parquet", _table(bare))
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


def _timings(rows: Sequence[Row]) -> list[Row]:
    """How long each patient took: in a file of its own, since it is another every time."""
    return [{"key": row["key"], "patient": row["patient"], "seconds": row.get("seconds")} for row in rows]


def _head(settings: Settings) -> Row:
    return {
        "carewright": version("carewright"),
        "schema_version": "0.1",
        "as_of": settings.as_of.isoformat(),
        "knowledge": digest(),
        "drafter": settings.drafter_name,
        "plans": settings.plans,
    }


def _table(rows: Sequence[Row]) -> bytes:
    """The rows as Parquet; what a row counts by name (actions, ledger) is a list of name and count."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise RecordError("--parquet needs the extra of that name: pip install 'carewright[parquet]'") from None
    flat = [{name: _countable(value) for name, value in row.items()} for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    columns = {name: [row.get(name) for row in flat] for name in names}
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.table(columns), sink)
    return bytes(sink.getvalue().to_pybytes())


def _countable(value: Any) -> Any:
    return [{"name": name, "count": count} for name, count in value.items()] if isinstance(value, dict) else value


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(path.suffix + ".part")
    part.write_bytes(data)
    os.replace(part, path)
