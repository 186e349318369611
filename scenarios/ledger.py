"""The rows of a batch while it runs: in a file, in memory only where each begins, so that a driver holds no more for many than for few.

    rows.partial.ndjson        what the rows were made with, then every row with its key, as they came
    patients.partial.ndjson    key and label of every patient, in the order of the output

A run that was cut off is taken up by the keys, that is, by the content of the records.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from fcntl import LOCK_EX, LOCK_NB, flock
from os.path import samestat
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import orjson

from agent.errors import RecordError
from scenarios.cohort import Recorded
from scenarios.engines import Engine, Keyed, Work, rows_of
from scenarios.row import Row

Progress = Callable[[int, int], None]
PARTIAL = "rows.partial.ndjson"


def quiet(done: int, total: int) -> None:
    """Tells nobody."""


class Ledger:
    """Rows by key, in a file.

    Args:
        folder: where the file lies; made when missing.
        head: what the rows are made with.
        resume: take up the rows that are there.

    Raises:
        RecordError: the rows that are there were made with something else, or another run writes into this folder.
    """

    def __init__(self, folder: Path, head: Row, *, resume: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / PARTIAL
        self._patients = folder / "patients.partial.ndjson"
        self._begins: dict[str, int] = {}
        self._file: BinaryIO = self._path.open("ab")
        self._read: BinaryIO | None = None
        try:
            self._take_alone()
            self._end = self._taken_up(head) if resume else 0
            self._file.truncate(self._end)
            if not self._end:
                self._append(head)
        except BaseException:
            self._file.close()
            raise

    def _take_alone(self) -> None:
        """Lock the file for as long as it is open; a process that is killed gives it back. Raises RecordError where another has it."""
        try:
            flock(self._file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise RecordError(_TAKEN) from None
        if not self._path.exists() or not samestat(os.fstat(self._file.fileno()), self._path.stat()):
            raise RecordError(_TAKEN)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
        if self._read:
            self._read.close()

    def _taken_up(self, head: Row) -> int:
        """Where the whole lines of the file end; a line that was torn is cut off."""
        end = 0
        with self._path.open("rb") as file:
            for number, line in enumerate(file):
                if not line.endswith(b"\n"):
                    break
                if number == 0 and (other := differs(orjson.loads(line), orjson.loads(orjson.dumps(head)))):
                    raise RecordError(_OTHERWISE.format(other))
                if number:
                    self._begins[orjson.loads(line)["key"]] = end
                end += len(line)
        return end

    def _append(self, row: Row) -> None:
        line = orjson.dumps(row) + b"\n"
        self._file.write(line)
        self._file.flush()
        self._end += len(line)

    def __contains__(self, key: str) -> bool:
        return key in self._begins

    def __len__(self) -> int:
        return len(self._begins)

    def add(self, key: str, row: Row) -> None:
        """Write a row down."""
        begins = self._end
        self._append({"key": key, **row})
        self._begins[key] = begins

    def row(self, key: str) -> Row:
        """A row that was written, with its key."""
        if self._read is None:
            self._read = self._path.open("rb")
        self._read.seek(self._begins[key])
        found: Row = orjson.loads(self._read.readline())
        return found

    def fill(self, patients: Iterable[Recorded], total: int, work: Work, engine: Engine, workers: int, progress: Progress) -> None:
        """Make the rows that are not there yet; equal records have one. Their content is read while workers are busy.

        Args:
            total: how many patients there are.
            progress: called with how many of them have a row.
        """
        asked, twice = set[str](), 0

        def todo() -> Iterator[Keyed]:
            nonlocal twice
            with self._patients.open("wb") as file:
                for patient in patients:
                    key = patient.key()
                    file.write(orjson.dumps([key, patient.label]) + b"\n")
                    if key in self._begins or key in asked:
                        twice += 1
                        continue
                    asked.add(key)
                    yield key, patient

        for number, (key, row) in enumerate(rows_of(todo(), work, engine, workers, total), 1):
            self.add(key, row)
            asked.discard(key)
            progress(number + twice, total)

    def rows(self) -> Iterator[Row]:
        """The row of every patient in the order of the patients, with key and label first."""
        with self._patients.open("rb") as file:
            for line in file:
                key, label = orjson.loads(line)
                yield {"key": key, "patient": label, **{name: value for name, value in self.row(key).items() if name != "key"}}

    def forget(self) -> None:
        """Remove the files: the batch is finished."""
        self._path.unlink()
        self._patients.unlink(missing_ok=True)


def differs(there: Row, now: Row) -> str:
    """What differs between what rows were made with, in words; nothing where nothing does."""
    return "; ".join(
        f"{name}: {there.get(name)!r} there, {now.get(name)!r} now" for name in {**there, **now} if there.get(name) != now.get(name)
    )


def left_behind(folder: Path) -> int:
    """How many rows a run that was cut off has left in a folder."""
    path = folder / PARTIAL
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return max(sum(line.endswith(b"\n") for line in file) - 1, 0)


_OTHERWISE = (
    "the rows that are there were made with other settings or another version ({}); choose another folder, or leave out --resume "
    "to make them anew"
)
_TAKEN = "another run is writing into this folder; wait for it, or choose another folder"
