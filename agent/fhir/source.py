"""Where a record comes from: a file, a folder of bulk NDJSON, standard input, or a FHIR server; always bytes of one Bundle."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from agent.errors import RecordError
from agent.fhir.ndjson import Grouped, files_of, group
from agent.fhir.read import Record, read_bundle
from agent.fhir.server import everything

_PEEK = 65_536


def load_source(source: str | Path, patient: str | None = None) -> bytes:
    """The bytes of one patient's record.

    Args:
        source: path of a Bundle or of a single resource, of a bulk NDJSON file or folder, `-` for standard input, or the
            base URL of a FHIR server.
        patient: logical id; needed for a server, and for NDJSON of several patients.

    Raises:
        RecordError: it is not there or cannot be read; the message says what to do.
    """
    text = str(source)
    if text == "-":
        return _from_lines_or_bundle(sys.stdin.buffer.read(), patient)
    if text.startswith(("http://", "https://")):
        if patient is None:
            raise RecordError("a FHIR server needs --patient ID")
        return everything(text, patient)
    return _from_path(Path(text), patient)


def _from_path(path: Path, patient: str | None) -> bytes:
    if path.is_dir():
        return _of_folder(path, patient)
    try:
        if path.suffix == ".ndjson":
            return _one(group([path]), patient)
        return _from_lines_or_bundle(path.read_bytes(), patient)
    except OSError as error:
        raise RecordError(f"{path.name!r} cannot be read: {error.strerror}") from None


def _of_folder(folder: Path, patient: str | None) -> bytes:
    files = files_of(folder)
    if files:
        return _one(group(files), patient)
    bundles = [found for found in folder.iterdir() if found.suffix == ".json"]
    if len(bundles) == 1:
        return bundles[0].read_bytes()
    raise RecordError(f"the folder {folder.name!r} holds no NDJSON and {len(bundles)} JSON files; give one file, or simulate for many")


def _from_lines_or_bundle(data: bytes, patient: str | None) -> bytes:
    """A Bundle as it is; several lines that each are a resource are regrouped."""
    first, _, rest = data[:_PEEK].lstrip().partition(b"\n")
    if not (first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")):
        return data
    grouped = Grouped()
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            grouped.add(line, f"line {number}")
    grouped.settle()
    return _one(grouped, patient)


def _one(grouped: Grouped, patient: str | None) -> bytes:
    if patient is not None:
        return grouped.bundle(patient)
    if len(grouped.patients) != 1:
        raise RecordError(f"the export holds {len(grouped.patients)} patients; say which with --patient ID")
    return grouped.bundle(next(iter(grouped.patients)))


def each_patient(source: Path) -> Iterator[tuple[str, bytes]]:
    """Id and Bundle of every patient of a bulk NDJSON folder or file.

    Raises:
        RecordError: it cannot be read, or holds no patient.
    """
    grouped = group(files_of(source))
    for patient in grouped.patients:
        yield patient, grouped.bundle(patient)


def read_ndjson(source: Path | Iterable[Path], as_of: date, patient: str | None = None) -> Record:
    """The facts of one patient of a bulk export.

    Args:
        source: the folder, one file, or the files.

    Raises:
        RecordError: as `load_source` and `read_bundle`.
    """
    files = files_of(source) if isinstance(source, Path) else source
    return read_bundle(_one(group(files), patient), as_of, patient)
