"""What a batch survives: killed workers, a killed driver, a full disk, equal records, faults of the program."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from agent.errors import RecordError
from scenarios import rows
from scenarios.builders import bundle, condition, observation, patient
from scenarios.ledger import left_behind
from scenarios.simulation import Settings, simulate

DAY = date(2026, 11, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Thirty patients with high blood pressure, each of another value."""
    where = tmp_path / "cohort"
    where.mkdir()
    for number in range(30):
        write(where / f"{number:02}.json", number)
    return where


def write(path: Path, number: int) -> None:
    record = bundle(
        patient(sex="female", age=50, as_of=DAY),
        condition("hypertension"),
        observation("systolic-bp", f"{130 + number} mm[Hg]", when=date(2026, 10, 20)),
    )
    path.write_bytes(orjson.dumps(record))


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.name != "timings.ndjson"}


def undisturbed(folder: Path, out: Path) -> dict[str, bytes]:
    simulate([folder], out, Settings(DAY, "inline"))
    return contents(out)


def test_a_killed_driver_loses_nothing_that_was_written(folder: Path, tmp_path: Path) -> None:
    whole = undisturbed(folder, tmp_path / "whole")
    out = tmp_path / "torn"
    script = (
        "import sys; from datetime import date; from pathlib import Path; from scenarios.simulation import Settings, simulate;"
        "import os, signal;"
        "kill = lambda done, total: os.kill(os.getpid(), signal.SIGKILL) if done == 7 else None;"
        "simulate([Path(sys.argv[1])], Path(sys.argv[2]), Settings(date(2026, 11, 1), 'inline'), progress=kill)"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(folder), str(out)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len((out / "rows.partial.ndjson").read_bytes().splitlines()) == 1 + 7
    simulate([folder], out, Settings(DAY, "process", 2), resume=True)
    assert contents(out) == whole


def test_a_killed_worker_is_named_and_the_batch_can_be_taken_up(folder: Path, tmp_path: Path) -> None:
    whole = undisturbed(folder, tmp_path / "whole")
    out = tmp_path / "torn"

    def kill_a_worker(done: int, total: int) -> None:
        if done == 3:
            os.kill(workers()[0], signal.SIGKILL)

    with pytest.raises(RecordError, match="a worker was killed from outside"):
        simulate([folder], out, Settings(DAY, "process", 2), progress=kill_a_worker)
    assert (out / "rows.partial.ndjson").exists()
    simulate([folder], out, Settings(DAY, "process", 2), resume=True)
    assert contents(out) == whole


def workers() -> list[int]:
    """The processes of the pool: children of this process that were spawned."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_a_full_disk_is_named_and_the_batch_can_be_taken_up(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = undisturbed(folder, tmp_path / "whole")
    out = tmp_path / "torn"
    real = Path.open

    class Full(io.FileIO):
        """A file on a disk that fills up after three kilobytes, in the middle of a row."""

        def write(self, data: Any) -> int:
            room = max(0, 3000 - self.tell())
            written = super().write(data[:room])
            if len(data) > room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return written

    def small(self: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        return Full(str(self), "ab") if mode == "ab" and "partial" in self.name else real(self, mode, *more, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", small)
        with pytest.raises(RecordError, match="'torn' cannot be written: No space left on device"):
            simulate([folder], out, Settings(DAY, "inline"))
    assert not (out / "rows.ndjson").exists()
    assert len((out / "rows.partial.ndjson").read_bytes()) == 3000
    simulate([folder], out, Settings(DAY, "inline"), resume=True)
    assert contents(out) == whole


def test_two_runs_do_not_write_into_one_folder_and_the_first_is_not_disturbed(folder: Path, tmp_path: Path) -> None:
    whole = undisturbed(folder, tmp_path / "whole")
    out = tmp_path / "shared"

    def another(done: int, total: int) -> None:
        if done == 5:
            with pytest.raises(RecordError, match="another run is writing into this folder"):
                simulate([folder], out, Settings(DAY, "inline"))

    simulate([folder], out, Settings(DAY, "inline"), progress=another)
    assert contents(out) == whole


def test_what_the_rows_of_other_settings_were_made_with_is_named(folder: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate([folder], tmp_path / "torn", Settings(DAY, "inline"), progress=stop)
    assert left_behind(tmp_path / "torn") == 1
    with pytest.raises(RecordError, match=r"\(as_of: '2026-11-01' there, '2026-11-02' now; plans: False there, True now\)"):
        simulate([folder], tmp_path / "torn", Settings(date(2026, 11, 2), "inline", plans=True), resume=True)
    assert left_behind(tmp_path / "torn") == 1


def test_a_folder_that_cannot_be_made_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(RecordError, match="'taken' cannot be written: File exists"):
        simulate([folder], tmp_path / "taken", Settings(DAY, "inline"))


def test_equal_records_are_planned_once_and_have_a_row_each(folder: Path, tmp_path: Path) -> None:
    write(folder / "same-as-00.json", 0)
    planned: list[int] = []
    manifest = simulate([folder], tmp_path / "out", Settings(DAY, "inline"), progress=lambda done, total: planned.append(total))
    assert (manifest["patients"], len(planned), planned[-1]) == (31, 30, 31)
    rows = [json.loads(line) for line in (tmp_path / "out" / "rows.ndjson").read_text().splitlines()]
    same = [row for row in rows if row["patient"] in {"00.json", "same-as-00.json"}]
    assert [row.pop("patient") for row in same] == ["00.json", "same-as-00.json"]
    assert same[0] == same[1]


def test_a_fault_of_the_program_is_one_row_without_its_text(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = rows.make_plan

    def fault(data: bytes, as_of: date) -> Any:
        if data == (folder / "05.json").read_bytes():
            raise ZeroDivisionError("a secret of the patient")
        return real(data, as_of)

    monkeypatch.setattr(rows, "make_plan", fault)
    manifest = simulate([folder], tmp_path / "out", Settings(DAY, "inline"))
    assert manifest["outcomes"] == {"error": 1, "plan": 29}
    written = (tmp_path / "out" / "rows.ndjson").read_text()
    assert "ZeroDivisionError" in written
    assert "secret" not in written


def test_the_same_records_in_another_place_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    here = undisturbed(folder, tmp_path / "a")
    moved = folder.rename(tmp_path / "elsewhere")
    assert undisturbed(moved, tmp_path / "b") == here


def test_the_manifest_holds_the_digest_of_the_rows(folder: Path, tmp_path: Path) -> None:
    manifest = simulate([folder], tmp_path / "out", Settings(DAY, "inline"))
    rows = (tmp_path / "out" / "rows.ndjson").read_bytes()
    assert manifest["rows"] == "sha256:" + hashlib.sha256(rows).hexdigest()
    assert manifest == json.loads((tmp_path / "out" / "manifest.json").read_bytes())
